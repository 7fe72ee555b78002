// RTLD_GLOBAL by dlopen from inside a namespace, and promotion to it: seen by what is opened there later, and nowhere else.
//#NoOracle:glibc 2.36 crashes: a namespace without the program has no global list
//#Plugin:first.c
//#Plugin:local.c
//#Plugin:global.c
//#Plugin:user.c
//#Expect:found inside: 0 1
//#Expect:found outside: 0
//#Expect:first - global
//#Expect:promoted 1
//#Expect:first local global
//#Expect:- - -
//#Expect:opened 1
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    Lmid_t number;
    void *first = dlmopen(LM_ID_NEWLM, "./libfirst.so", RTLD_NOW);
    dlinfo(first, RTLD_DI_LMID, &number);
    void *(*open)(const char *, int) = dlsym(first, "open_there"), *(*lookup)(const char *) = dlsym(first, "lookup");
    void *local = dlmopen(number, "./liblocal.so", RTLD_NOW);
    void *global = open("./libglobal.so", RTLD_NOW | RTLD_GLOBAL);
    dprintf(1, "found inside: %d %d\n", lookup("in_local") != NULL, lookup("in_global") != NULL);
    dprintf(1, "found outside: %d\n", dlsym(RTLD_DEFAULT, "in_global") != NULL);
    void *user = dlmopen(number, "./libuser.so", RTLD_NOW);
    ((void (*)(void))dlsym(user, "show"))();
    dlclose(user);
    dprintf(1, "promoted %d\n", open("./liblocal.so", RTLD_NOW | RTLD_GLOBAL) == local);
    user = dlmopen(number, "./libuser.so", RTLD_NOW);
    ((void (*)(void))dlsym(user, "show"))();
    void *elsewhere = dlmopen(LM_ID_NEWLM, "./libuser.so", RTLD_NOW);
    ((void (*)(void))dlsym(elsewhere, "show"))();
    dprintf(1, "opened %d\n", global != NULL);
}
//#File:first.c
#define _GNU_SOURCE
#include <dlfcn.h>
const char *in_first(void) { return "first"; }
void *open_there(const char *name, int mode) {
    void *handle = dlopen(name, mode);
    return handle;
}
void *lookup(const char *name) {
    void *result = dlsym(RTLD_DEFAULT, name);
    return result;
}
//#File:local.c
const char *in_local(void) { return "local"; }
//#File:global.c
const char *in_global(void) { return "global"; }
//#File:user.c
#include <stdio.h>
extern const char *in_first(void) __attribute__((weak)), *in_local(void) __attribute__((weak));
extern const char *in_global(void) __attribute__((weak));
void show(void) {
    dprintf(1, "%s %s %s\n", in_first ? in_first() : "-", in_local ? in_local() : "-", in_global ? in_global() : "-");
}
