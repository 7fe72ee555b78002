// References in a namespace: every dlmopen counts, NODELETE keeps the library and its dependencies, a later open finds its data.
//#Plugin:dependency.c
//#Plugin:lib.c:./libdependency.so
//#Plugin:kept.c:./libdependency.so -Wl,-z,nodelete
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

static int loaded(Lmid_t number, const char *name) {
    void *handle = dlmopen(number, name, RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

int main(void) {
    Lmid_t number;
    void *kept = dlmopen(LM_ID_NEWLM, "./libkept.so", RTLD_NOW);
    dlinfo(kept, RTLD_DI_LMID, &number);
    void *first = dlmopen(number, "./liblib.so", RTLD_NOW), *second = dlmopen(number, "./liblib.so", RTLD_NOW);
    ((int (*)(void))dlsym(first, "add"))();
    dlclose(first);
    dprintf(1, "lib %d\n", loaded(number, "./liblib.so"));
    dlclose(second);
    dprintf(1, "lib %d\n", loaded(number, "./liblib.so"));
    dlclose(kept);
    dprintf(1, "kept %d, dependency %d\n", loaded(number, "./libkept.so"), loaded(number, "./libdependency.so"));
    first = dlmopen(number, "./liblib.so", RTLD_NOW);
    dprintf(1, "number %d\n", ((int (*)(void))dlsym(first, "add"))());
    void *flagged = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW | RTLD_NODELETE);
    Lmid_t other;
    dlinfo(flagged, RTLD_DI_LMID, &other);
    dlclose(flagged);
    dprintf(1, "flagged %d in %ld\n", loaded(other, "./liblib.so"), other);
}
//#File:dependency.c
int counter;
//#File:lib.c
#include <stdio.h>
extern int counter;
int add(void) { return ++counter; }
__attribute__((destructor)) static void end(void) { dprintf(1, "lib ends\n"); }
//#File:kept.c
#include <stdio.h>
extern int counter;
int *kept(void) { return &counter; }
__attribute__((destructor)) static void end(void) { dprintf(1, "kept ends\n"); }
