// dlmopen: a new namespace with its own copy of a library (and of libc).
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *one = dlopen("./liblib.so", RTLD_NOW), *two = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    if (!two)
        return puts(dlerror()), 1;
    int (*first)(void) = (int (*)(void))dlsym(one, "next"), (*second)(void) = (int (*)(void))dlsym(two, "next");
    printf("%d %d %d\n", first(), first(), second());
    Lmid_t id = 0;
    printf("%d %d\n", dlinfo(two, RTLD_DI_LMID, &id), id != LM_ID_BASE);
    printf("%d\n", dlclose(two));
}
//#File:lib.c
static int count;
int next(void) { return ++count; }
