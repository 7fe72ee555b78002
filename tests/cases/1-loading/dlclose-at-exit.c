// What is still open at exit: destructors of opened and initial libraries in one order, none twice, none of what was closed.
//#Requires:glibc>=2.35
//#Shared:initial.c
//#Plugin:base.c
//#Plugin:a.c:./libbase.so
//#Plugin:b.c:./libinitial.so
//#Plugin:closed.c:./libbase.so
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void before(void) { puts("atexit, before the opens"); }
static void after(void) { puts("atexit, after the opens"); }
__attribute__((destructor)) static void end(void) { puts("-program"); }

int main(void) {
    atexit(before);
    dlopen("./liba.so", RTLD_NOW);
    dlopen("./libb.so", RTLD_NOW | RTLD_GLOBAL);
    void *closed = dlopen("./libclosed.so", RTLD_NOW);
    dlclose(closed);
    atexit(after);
    puts("main ends");
    exit(4);
}
//#File:name.h
#include <stdio.h>
__attribute__((destructor)) static void end(void) { puts("-" NAME); }
//#File:initial.c
#define NAME "initial"
#include "name.h"
//#File:base.c
#define NAME "base"
#include "name.h"
//#File:a.c
#define NAME "a"
#include "name.h"
//#File:b.c
#define NAME "b"
#include "name.h"
//#File:closed.c
#define NAME "closed"
#include "name.h"
