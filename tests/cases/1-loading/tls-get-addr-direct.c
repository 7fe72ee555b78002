// __tls_get_addr called with a module number and an offset: the initial value in every thread, the same address again, after reopening too.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

struct index { size_t module, offset; };
extern void *__tls_get_addr(struct index *);

static void *lib;

static void *run(void *who) {
    struct index index = {0, 0};
    dlinfo(lib, RTLD_DI_TLS_MODID, &index.module);
    int *start = __tls_get_addr(&index);
    index.offset = 4;
    int *second = __tls_get_addr(&index);
    printf("%s: %d %d, next to it %d, as dlsym says %d\n", (char *)who, start[0], *second, second == start + 1, (void *)start == dlsym(lib, "values"));
    start[0] = start[1] = 99;
    return NULL;
}

int main(void) {
    for (int round = 0; round < 3; round++) {
        lib = dlopen("./liblib.so", RTLD_NOW);
        pthread_t thread;
        run("main");
        pthread_create(&thread, NULL, run, "thread");
        pthread_join(thread, NULL);
        dlclose(lib);
    }
}
//#File:lib.c
__thread int values[2] = {11, 12};
