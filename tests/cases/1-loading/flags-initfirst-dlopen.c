// DF_1_INITFIRST in a library that is opened later: its constructor runs before those of the libraries opened with it.
//#Plugin:base.c
//#Plugin:first.c:-Wl,-z,initfirst ./libbase.so
//#Plugin:lib.c:./libfirst.so
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    dprintf(1, "%s\n", handle ? "opened" : dlerror());
    dlclose(handle);
}
//#File:base.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { dprintf(1, "+base\n"); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-base\n"); }
//#File:first.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { dprintf(1, "+first\n"); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-first\n"); }
//#File:lib.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { dprintf(1, "+lib\n"); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-lib\n"); }
