// gdb sees the libraries of other namespaces: in its list, by a pending breakpoint there, and no more after dlclose.
//#By:interp
//#Requires:tool:gdb
//#Requires:glibc>=2.35
//#Plugin:late.c:-g -nostdlib
//#Flags:-g
//#Wrap:shift 4; gdb -q -nx -batch -x commands --args "$@" 2>/dev/null | sed -n -e '/^step/p' -e '/^at /p' -e '/^program/p' -e 's,^0x.*/\(lib[a-z]*[.]so\)$,\1,p'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int step;

__attribute__((noinline)) void checkpoint(void) {
    step++;
    __asm__ volatile("");
}

int main(void) {
    int (*late)(int);
    checkpoint();
    void *one = dlmopen(LM_ID_NEWLM, "./liblate.so", RTLD_NOW), *two = dlmopen(LM_ID_NEWLM, "./liblate.so", RTLD_NOW);
    late = dlsym(one, "late");
    late(10);
    late = dlsym(two, "late");
    printf("program %d\n", late(20));
    checkpoint();
    dlclose(one);
    checkpoint();
    dlclose(two);
    checkpoint();
}
//#File:late.c
int calls = 5;
int late(int number) { return number + ++calls; }
//#File:commands
set breakpoint pending on
set debuginfod enabled off
set language c
break checkpoint
commands
silent
printf "step %d\n", step
info sharedlibrary
continue
end
break late
commands
silent
printf "at late with %d\n", number
continue
end
run
