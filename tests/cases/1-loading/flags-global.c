// DF_1_GLOBAL (-z global) is no RTLD_GLOBAL: opened without that, the library's symbols are seen by nobody else.
//#Plugin:lib.c:-Wl,-z,global
//#Plugin:local.c
//#Plugin:user.c
//#Script:readelf -dW liblib.so | grep -q GLOBAL
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW | RTLD_LOCAL);
    dlopen("./liblocal.so", RTLD_NOW | RTLD_LOCAL);
    printf("%s\n", handle ? "opened" : dlerror());
    printf("default: %d %d\n", dlsym(RTLD_DEFAULT, "in_lib") != NULL, dlsym(RTLD_DEFAULT, "in_local") != NULL);
    void *user = dlopen("./libuser.so", RTLD_NOW);
    printf("later library: %d\n", ((int (*)(void))dlsym(user, "count"))());
}
//#File:lib.c
int in_lib(void) { return 1; }
//#File:local.c
int in_local(void) { return 1; }
//#File:user.c
extern int in_lib(void) __attribute__((weak)), in_local(void) __attribute__((weak));
int count(void) { return (in_lib ? 10 : 0) + (in_local ? 1 : 0); }
