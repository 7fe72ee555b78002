// Constructors of an opened graph (a diamond with a tail, -z initfirst): dependencies first; at dlclose the destructors the other way round.
//#Requires:glibc>=2.35
//#Plugin:bottom.c
//#Plugin:left.c:./libbottom.so
//#Plugin:right.c:./libbottom.so
//#Plugin:early.c:-Wl,-z,initfirst
//#Plugin:top.c:./libleft.so ./libright.so ./libearly.so -Wl,-rpath-link,.
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *top = dlopen("./libtop.so", RTLD_NOW);
    puts("open");
    dlclose(top);
    puts("closed");
    void *right = dlopen("./libright.so", RTLD_NOW);
    top = dlopen("./libtop.so", RTLD_NOW);
    puts("open");
    dlclose(top);
    puts("closed");
    dlclose(right);
    puts("all closed");
    dlopen("./libtop.so", RTLD_NOW);
    puts("main ends");
}
//#File:name.h
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { puts("+" NAME); }
__attribute__((destructor)) static void end(void) { puts("-" NAME); }
//#File:bottom.c
#define NAME "bottom"
#include "name.h"
//#File:left.c
#define NAME "left"
#include "name.h"
//#File:right.c
#define NAME "right"
#include "name.h"
//#File:early.c
#define NAME "early"
#include "name.h"
//#File:top.c
#define NAME "top"
#include "name.h"
