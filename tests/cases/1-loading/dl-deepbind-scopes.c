// RTLD_DEEPBIND for a whole group: program and global libraries come after it, for bindings and for dlsym(RTLD_DEFAULT) inside.
//#Plugin:global.c
//#Plugin:dependency.c
//#Plugin:lib.c:./libdependency.so -Wl,-z,lazy
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

const char *everywhere(void) { return "program"; }
const char *in_program(void) { return "program"; }

static void show(const char *what, int mode) {
    void *handle = dlopen("./liblib.so", mode);
    if (!handle)
        return (void)puts(dlerror());
    puts(what);
    ((void (*)(void))dlsym(handle, "show"))();
    printf("program asks: %s\n", ((const char *(*)(void))dlsym(RTLD_DEFAULT, "everywhere"))());
    dlclose(handle);
}

int main(void) {
    void *global = dlopen("./libglobal.so", RTLD_NOW | RTLD_GLOBAL);
    show("plain:", RTLD_LAZY);
    show("deep:", RTLD_LAZY | RTLD_DEEPBIND);
    show("deep and global:", RTLD_NOW | RTLD_DEEPBIND | RTLD_GLOBAL);
    show("plain again:", RTLD_NOW);
    dlclose(global);
}
//#File:global.c
const char *everywhere(void) { return "global"; }
const char *global_and_dependency(void) { return "global"; }
//#File:dependency.c
const char *everywhere(void) { return "dependency"; }
const char *global_and_dependency(void) { return "dependency"; }
const char *dependency_asks(void) { return everywhere(); }
//#File:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
const char *in_program(void), *dependency_asks(void), *global_and_dependency(void);
const char *everywhere(void) { return "lib"; }
void show(void) {
    printf("  %s %s %s %s\n", everywhere(), in_program(), dependency_asks(), global_and_dependency());
    printf("  dlsym: %s\n", ((const char *(*)(void))dlsym(RTLD_DEFAULT, "everywhere"))());
}
