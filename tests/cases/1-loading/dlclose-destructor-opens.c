// A destructor that opens another library and keeps it, closes one that it had.
//#Plugin:kept.c
//#Plugin:had.c
//#Plugin:base.c
//#Plugin:lib.c:./libbase.so
#include <dlfcn.h>
#include <stdio.h>

static int there(const char *name) {
    void *handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    printf("close %d\n", dlclose(lib));
    printf("lib %d, base %d, kept %d, had %d\n", there("liblib.so"), there("libbase.so"), there("libkept.so"), there("libhad.so"));
    void *kept = dlopen("./libkept.so", RTLD_NOW);
    printf("close %d %d\n", dlclose(kept), dlclose(kept));
    printf("kept %d\n", there("libkept.so"));
}
//#File:name.h
#include <dlfcn.h>
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { puts("+" NAME); }
__attribute__((destructor)) static void end(void) { puts("-" NAME); }
//#File:kept.c
#define NAME "kept"
#include "name.h"
//#File:had.c
#define NAME "had"
#include "name.h"
//#File:base.c
#define NAME "base"
#include "name.h"
//#File:lib.c
#include <dlfcn.h>
#include <stdio.h>
static void *had;
__attribute__((constructor)) static void begin(void) { had = dlopen("./libhad.so", RTLD_NOW); puts("+lib"); }
__attribute__((destructor)) static void end(void) {
    puts("-lib");
    printf("opens kept: %d\n", dlopen("./libkept.so", RTLD_NOW) != NULL);
    printf("closes had: %d\n", dlclose(had));
}
