// exit in the constructor of an opened library: what was constructed is destructed, the library itself and its users are not.
//#Plugin:base.c
//#Plugin:lib.c:./libbase.so
//#Plugin:top.c:./liblib.so
//#Exit:9
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void at_exit(void) { puts("atexit of the program"); }
__attribute__((destructor)) static void end(void) { puts("-program"); }

int main(void) {
    atexit(at_exit);
    dlopen("./libtop.so", RTLD_NOW);
    puts("not reached");
}
//#File:base.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { puts("+base"); }
__attribute__((destructor)) static void end(void) { puts("-base"); }
//#File:lib.c
#include <stdio.h>
#include <stdlib.h>
static void at_exit(void) { puts("atexit of lib"); }
__attribute__((constructor)) static void begin(void) { puts("lib exits"); atexit(at_exit); exit(9); }
__attribute__((destructor)) static void end(void) { puts("-lib"); }
//#File:top.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { puts("+top"); }
__attribute__((destructor)) static void end(void) { puts("-top"); }
