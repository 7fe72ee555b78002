// dlsym with RTLD_DEFAULT and RTLD_NEXT, and dlvsym, from code inside a namespace look in that namespace only, in its order.
//#Oracle:glibc>=2.36 2.31's fails an assertion
//#Plugin:second.c
//#Plugin:first.c:./libsecond.so
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

const char *who(void) { return "program"; }
int only_program;

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./libfirst.so", RTLD_NOW);
    void *(*lookup)(void *, const char *) = dlsym(handle, "lookup"), *(*second)(void *, const char *) = dlsym(handle, "second");
    void *(*versioned)(const char *, const char *) = dlsym(handle, "versioned");
    printf("default: %s\n", ((const char *(*)(void))lookup(RTLD_DEFAULT, "who"))());
    printf("next: %s\n", ((const char *(*)(void))lookup(RTLD_NEXT, "who"))());
    printf("default from the second: %s\n", ((const char *(*)(void))second(RTLD_DEFAULT, "who"))());
    printf("next from the second: %d\n", second(RTLD_NEXT, "who") == NULL);
    printf("default only_program: %d\n", lookup(RTLD_DEFAULT, "only_program") == NULL);
    printf("next only_program: %d\n", lookup(RTLD_NEXT, "only_program") == NULL);
    printf("malloc: %d %d\n", lookup(RTLD_NEXT, "malloc") == dlsym(handle, "malloc"), lookup(RTLD_NEXT, "malloc") == dlsym(RTLD_DEFAULT, "malloc"));
    printf("memcpy of a version: %d %d\n", versioned("memcpy", "GLIBC_2.14") != NULL, versioned("memcpy", "GLIBC_9.99") != NULL);
    printf("the loader's: %d\n", lookup(RTLD_DEFAULT, "__tls_get_addr") == dlsym(RTLD_DEFAULT, "__tls_get_addr"));
    printf("program: %s\n", ((const char *(*)(void))dlsym(RTLD_DEFAULT, "who"))());
}
//#File:first.c
#define _GNU_SOURCE
#include <dlfcn.h>
const char *who(void) { return "first"; }
void *lookup(void *handle, const char *name) {
    void *result = dlsym(handle, name);
    return result;
}
void *versioned(const char *name, const char *version) {
    void *result = dlvsym(RTLD_DEFAULT, name, version);
    return result;
}
//#File:second.c
#define _GNU_SOURCE
#include <dlfcn.h>
const char *who(void) { return "second"; }
void *second(void *handle, const char *name) {
    void *result = dlsym(handle, name);
    return result;
}
