// RTLD_DEEPBIND: the opened library prefers its own definitions and those of its dependencies.
//#Plugin:lib.c
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

const char *name(void) { return "program"; }

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW | RTLD_DEEPBIND);
    puts(((const char *(*)(void))dlsym(handle, "ask"))());
}
//#File:lib.c
const char *name(void) { return "library"; }
const char *ask(void) { return name(); }
