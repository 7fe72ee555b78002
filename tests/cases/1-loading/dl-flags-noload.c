// RTLD_NOLOAD: no library and no error for what is not loaded, a further reference for what is, also when the file is no more.
//#Plugin:lib.c
#include <dlfcn.h>
#include <stdio.h>

static const char *error(void) {
    const char *text = dlerror();
    return text ? text : "(no error)";
}

static void tell(const char *what, void *handle) { printf("%s: %d, %s\n", what, handle != NULL, error()); }

int main(void) {
    tell("not loaded", dlopen("./liblib.so", RTLD_NOW | RTLD_NOLOAD));
    tell("no file", dlopen("./libnone.so", RTLD_NOW | RTLD_NOLOAD));
    tell("no file by search", dlopen("libnone.so", RTLD_NOW | RTLD_NOLOAD));
    tell("no mode", dlopen("./liblib.so", RTLD_NOLOAD));
    void *one = dlopen("./liblib.so", RTLD_NOW);
    void *two = dlopen("./liblib.so", RTLD_LAZY | RTLD_NOLOAD);
    tell("second", two);
    printf("same: %d\n", one == two);
    printf("by soname: %d\n", dlopen("liblib.so", RTLD_LAZY | RTLD_NOLOAD) == one);
    printf("close: %d\n", dlclose(one));
    printf("close: %d\n", dlclose(one));
    rename("liblib.so", "moved.so");
    printf("by another path: %d\n", dlopen("./moved.so", RTLD_LAZY | RTLD_NOLOAD) == two);
    printf("close: %d\n", dlclose(two));
    printf("last\n");
    fflush(stdout);
    dlclose(two);
    tell("gone", dlopen("./moved.so", RTLD_NOW | RTLD_NOLOAD));
    rename("moved.so", "liblib.so");
}
//#File:lib.c
#include <stdio.h>
__attribute__((destructor)) static void end(void) { puts("end"); }
