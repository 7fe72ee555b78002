// dlmopen with LM_ID_BASE is dlopen, also with a null name; the empty name is the program too.
//#Plugin:lib.c
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int mine;

int main(void) {
    void *first = dlopen("./liblib.so", RTLD_NOW), *second = dlmopen(LM_ID_BASE, "./liblib.so", RTLD_NOW);
    printf("same handle %d\n", first == second);
    void *program = dlmopen(LM_ID_BASE, NULL, RTLD_NOW), *empty = dlmopen(LM_ID_BASE, "", RTLD_NOW);
    printf("the program %d %d\n", program == dlopen(NULL, RTLD_NOW), empty == program);
    printf("its symbol %d\n", dlsym(program, "mine") == &mine);
    printf("not yet global %d\n", dlsym(RTLD_DEFAULT, "number") == NULL);
    void *global = dlmopen(LM_ID_BASE, "./liblib.so", RTLD_NOW | RTLD_GLOBAL);
    printf("global %d %d\n", global == first, *(int *)dlsym(RTLD_DEFAULT, "number"));
    printf("%p\n", dlmopen(LM_ID_BASE, "./libnone.so", RTLD_NOW));
    puts(dlerror());
    printf("%p\n", dlmopen(LM_ID_BASE, "./liblib.so", 0));
    puts(dlerror());
    printf("%d %d %d\n", dlclose(first), dlclose(second), dlclose(global));
    // the program is never unloaded, so what its dlsym found stays as well
    printf("pinned %d\n", dlopen("./liblib.so", RTLD_NOW | RTLD_NOLOAD) == first);
}
//#File:lib.c
int number = 4;
