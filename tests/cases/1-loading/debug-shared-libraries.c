// gdb's list of shared libraries before and after dlopen and dlclose, also of what a library drew in and what was preloaded.
//#By:interp
//#Requires:tool:gdb
//#Requires:glibc>=2.35
//#Shared:first.c
//#Plugin:pre.c
//#Plugin:base.c
//#Plugin:late.c:./libbase.so
//#Flags:-g
//#Env:LD_PRELOAD=./libpre.so
//#Wrap:shift 5; gdb -q -nx -batch -x commands --args "$@" 2>/dev/null | sed -n -e 's,^step,step,p' -e 's,^0x.*/\(lib[a-z]*[.]so\)$,\1,p'
#include <dlfcn.h>
#include <stdio.h>

int step;

__attribute__((noinline)) void checkpoint(void) {
    step++;
    __asm__ volatile("");
}

int main(void) {
    checkpoint();
    void *late = dlopen("./liblate.so", RTLD_NOW);
    checkpoint();
    void *base = dlopen("./libbase.so", RTLD_NOW);
    dlclose(late);
    checkpoint();
    dlclose(base);
    checkpoint();
}
//#File:first.c
int first;
//#File:pre.c
int pre;
//#File:base.c
int base;
//#File:late.c
int late;
//#File:commands
set debuginfod enabled off
set language c
set exec-wrapper env LD_PRELOAD=./libpre.so
break checkpoint
commands
silent
printf "step %d\n", step
info sharedlibrary
continue
end
run
