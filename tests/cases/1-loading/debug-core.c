// The core of a program that crashes in a library it opened: gdb finds the libraries by name, those of a namespace too, and the
// function and the values in it.
//#Requires:tool:gdb
//#Requires:glibc>=2.35
//#Shared:first.c
//#Plugin:gone.c
//#Plugin:other.c:-nostdlib
//#Plugin:late.c:-g -fno-omit-frame-pointer
//#Flags:-g
//#Wrap:shift 4; gdb -q -nx -batch -x dump --args "$@" >/dev/null 2>&1; gdb -q -nx -batch -x commands "$1" core 2>/dev/null | sed -n -e '/^in /p' -e 's,^0x.*/\(lib[a-z]*[.]so\)$,\1,p' | sort
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *gone = dlopen("./libgone.so", RTLD_NOW), *late = dlopen("./liblate.so", RTLD_NOW);
    dlmopen(LM_ID_NEWLM, "./libother.so", RTLD_NOW);
    dlclose(gone);
    ((void (*)(int *))dlsym(late, "crash"))(NULL);
}
//#File:first.c
int first;
//#File:gone.c
int gone;
//#File:other.c
int other(void) { return 1; }
//#File:late.c
static volatile int number = 42;
void crash(int *place) { *place = number; }
//#File:dump
set debuginfod enabled off
set language c
run
generate-core-file core
//#File:commands
set debuginfod enabled off
set language c
info sharedlibrary
printf "in the library: number %d, place %d\n", number, (int)(long)place
