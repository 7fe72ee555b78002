// dlmopen with LM_ID_NEWLM: the library and a libc of its own live in a new namespace, whose number RTLD_DI_LMID tells.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>

static Lmid_t namespace(void *handle) {
    Lmid_t number = -5;
    return dlinfo(handle, RTLD_DI_LMID, &number) ? -6 : number;
}

int main(void) {
    void *here = dlopen("./liblib.so", RTLD_NOW), *program = dlopen(NULL, RTLD_NOW);
    void *there = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    if (!here || !there)
        return puts(dlerror()), 1;
    printf("namespaces %ld %ld %ld\n", namespace(program), namespace(here), namespace(there));
    int *(*error_here)(void) = dlsym(here, "error"), *(*error_there)(void) = dlsym(there, "error");
    void *(*printf_here)(void) = dlsym(here, "print"), *(*printf_there)(void) = dlsym(there, "print");
    printf("functions %s\n", error_here == error_there ? "shared" : "apart");
    printf("errno %s, %s\n", error_here() == &errno ? "ours" : "another", error_there() == &errno ? "ours" : "another");
    printf("printf %s, %s\n", printf_here() == printf ? "ours" : "another", printf_there() == printf ? "ours" : "another");
    errno = 5;
    *error_there() = 7;
    printf("%d %d\n", errno, *error_there());
    printf("%d %d\n", dlclose(there), dlclose(here));
}
//#File:lib.c
#include <errno.h>
#include <stdio.h>
int *error(void) { return &errno; }
void *print(void) { return printf; }
