// RTLD_LOCAL keeps a library's symbols from later ones; RTLD_GLOBAL, also given later, offers them.
//#Plugin:a.c
//#Plugin:b.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *a = dlopen("./liba.so", RTLD_NOW | RTLD_LOCAL);
    printf("a %d, default %d\n", a != NULL, dlsym(RTLD_DEFAULT, "provided") != NULL);
    void *b = dlopen("./libb.so", RTLD_NOW);
    printf("b %d\n", b != NULL);
    dlopen("./liba.so", RTLD_NOW | RTLD_GLOBAL);
    printf("default %d\n", dlsym(RTLD_DEFAULT, "provided") != NULL);
    b = dlopen("./libb.so", RTLD_NOW);
    int (*use)(void) = b ? (int (*)(void))dlsym(b, "use") : NULL;
    printf("b %d\n", use ? use() : -1);
}
//#File:a.c
int provided(void) { return 8; }
//#File:b.c
int provided(void);
int use(void) { return provided(); }
