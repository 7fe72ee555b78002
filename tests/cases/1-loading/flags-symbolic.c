// DT_SYMBOLIC (-Bsymbolic) at dlopen: the library prefers its own functions and data, not those of its dependencies; the handle and
// others see what they saw.
//#Plugin:base.c
//#Plugin:lib.c:-Wl,-Bsymbolic ./libbase.so
//#Flags:-rdynamic
//#Script:readelf -dW liblib.so | grep -q SYMBOLIC
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

const char *name(void) { return "program"; }
const char *base_name(void) { return "program"; }
int number = 1;

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    const char *(*asks[3])(void) = {(const char *(*)(void))dlsym(handle, "ask"), (const char *(*)(void))dlsym(handle, "ask_base"),
                                    (const char *(*)(void))dlsym(handle, "ask_pointer")};
    for (int i = 0; i < 3; i++)
        puts(asks[i]());
    printf("%d\n", ((int (*)(void))dlsym(handle, "get"))());
    printf("%s\n", ((const char *(*)(void))dlsym(handle, "name"))());
    printf("%s\n", ((const char *(*)(void))dlsym(RTLD_DEFAULT, "name"))());
}
//#File:base.c
const char *base_name(void) { return "base"; }
//#File:lib.c
const char *name(void) { return "library"; }
const char *base_name(void);
int number = 2;
static const char *(*pointer)(void) = name;
const char *ask(void) { return name(); }
const char *ask_base(void) { return base_name(); }
const char *ask_pointer(void) { return pointer(); }
int get(void) { return number; }
