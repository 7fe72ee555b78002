// What a debugger sees at r_brk: add, delete and consistent for each dlopen and dlclose, in the structure of the namespace; a failed
// open; nothing for an open that loads nothing.
//#By:interp
//#Requires:tool:gdb
//#Requires:glibc>=2.35
//#Plugin:base.c:-nostdlib
//#Plugin:late.c:-nostdlib ./libbase.so
//#Plugin:broken.c:-nostdlib -Wl,-z,now ./libbase.so
//#Flags:-g
//#Wrap:shift 4; gdb -q -nx -batch -x commands --args "$@" 2>/dev/null | grep -e '^step' -e '^state'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

int step;
struct r_debug_extended *debug;

__attribute__((noinline)) void checkpoint(void) {
    step++;
    __asm__ volatile("");
}

int main(void) {
    for (ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag; entry++)
        if (entry->d_tag == DT_DEBUG)
            debug = (struct r_debug_extended *)entry->d_un.d_ptr;
    checkpoint();
    void *handle = dlopen("./liblate.so", RTLD_NOW);
    checkpoint();
    dlclose(dlopen("./liblate.so", RTLD_NOW));
    checkpoint();
    dlopen("./libbroken.so", RTLD_NOW);
    checkpoint();
    dlclose(handle);
    checkpoint();
    handle = dlmopen(LM_ID_NEWLM, "./liblate.so", RTLD_NOW);
    checkpoint();
    dlclose(handle);
    checkpoint();
}
//#File:base.c
int base;
//#File:late.c
int late;
//#File:broken.c
extern int nowhere;
int *broken(void) { return &nowhere; }
//#File:commands
set debuginfod enabled off
set language c
break checkpoint
run
printf "step %d\n", step
break *debug->base.r_brk
commands
silent
if debug->r_next == 0 || debug->base.r_version < 2
printf "state %d\n", debug->base.r_state
else
printf "state %d, in the namespace %d\n", debug->base.r_state, debug->r_next->base.r_state
end
continue
end
delete 1
break checkpoint
commands
silent
printf "step %d\n", step
continue
end
continue
