// Handles that are none (null, garbage, closed twice, unloaded): refused by dlclose, dlsym, dlvsym and dlinfo, never an access.
//#NoOracle:glibc reads whatever the handle points at
//#Plugin:lib.c
//#Expect:null: -1 1 0 0 -1
//#Expect:small: -1 1 0 0 -1
//#Expect:stack: -1 1 0 0 -1
//#Expect:unloaded: -1 1 0 0 -1
//#Expect:works again: 4
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

static void try(const char *what, void *handle) {
    struct link_map *map;
    int closed = dlclose(handle), told = dlerror() != NULL;
    int symbol = dlsym(handle, "lib") != NULL, versioned = dlvsym(handle, "lib", "V1") != NULL;
    printf("%s: %d %d %d %d %d\n", what, closed, told, symbol, versioned, dlinfo(handle, RTLD_DI_LINKMAP, &map));
}

int main(void) {
    long local[200] = {0};
    try("null", NULL);
    try("small", (void *)0x1234);
    try("stack", local);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    dlclose(lib);
    try("unloaded", lib);
    lib = dlopen("./liblib.so", RTLD_NOW);
    printf("works again: %d\n", ((int (*)(void))dlsym(lib, "lib"))());
}
//#File:lib.c
int lib(void) { return 4; }
