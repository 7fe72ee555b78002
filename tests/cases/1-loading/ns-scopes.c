// Scopes inside a namespace: what was opened first is seen by all later ones, what was opened later by none but itself.
//#Oracle:glibc>=2.36 2.31's fails an assertion
//#Plugin:dependency.c
//#Plugin:first.c:./libdependency.so
//#Plugin:local.c
//#Plugin:user.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

static void show(Lmid_t number) {
    void *user = dlmopen(number, "./libuser.so", RTLD_NOW);
    ((void (*)(void))dlsym(user, "show"))();
    dlclose(user);
}

int main(void) {
    Lmid_t number;
    void *first = dlmopen(LM_ID_NEWLM, "./libfirst.so", RTLD_NOW);
    dlinfo(first, RTLD_DI_LMID, &number);
    void *(*open)(const char *, int) = dlsym(first, "open_there"), *(*lookup)(const char *) = dlsym(first, "lookup");
    void *local = dlmopen(number, "./liblocal.so", RTLD_NOW);
    printf("the same from inside %d\n", open("./liblocal.so", RTLD_NOW | RTLD_LOCAL) == local);
    printf("found by RTLD_DEFAULT: %d %d\n", lookup("in_local") != NULL, lookup("in_dependency") != NULL);
    printf("found outside: %d\n", dlsym(RTLD_DEFAULT, "in_dependency") != NULL);
    show(number);
    show(LM_ID_NEWLM);
    show(LM_ID_BASE);
}
//#File:dependency.c
const char *in_dependency(void) { return "dependency"; }
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
//#File:user.c
#include <stdio.h>
extern const char *in_first(void) __attribute__((weak)), *in_local(void) __attribute__((weak));
extern const char *in_dependency(void) __attribute__((weak));
void show(void) {
    dprintf(1, "%s %s %s\n", in_first ? in_first() : "-", in_local ? in_local() : "-", in_dependency ? in_dependency() : "-");
}
