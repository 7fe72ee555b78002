// Each libc keeps its own dlerror: a failure inside does not show outside, and the other way round.
//#Oracle:glibc>=2.36 2.31's fails an assertion
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

static const char *shown(const char *text) { return text ? text : "nothing"; }

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    void *(*open)(const char *) = dlsym(handle, "open_there"), *(*lookup)(const char *) = dlsym(handle, "lookup");
    void *(*mopen)(long, const char *) = dlsym(handle, "mopen");
    const char *(*error)(void) = dlsym(handle, "error");
    open("./libinside.so");
    printf("outside: %s\n", shown(dlerror()));
    printf("inside: %s\n", shown(error()));
    printf("inside again: %s\n", shown(error()));
    dlsym(handle, "outside_symbol");
    lookup("inside_symbol");
    printf("inside: %s\n", shown(error()));
    printf("outside: %s\n", shown(dlerror()));
    mopen(77, "./liblib.so");
    printf("inside: %s\n", shown(error()));
    printf("outside: %s\n", shown(dlerror()));
    printf("a new one from inside: %s\n", mopen(LM_ID_NEWLM, "./liblib.so") ? "opened" : error());
    printf("into the program's from inside: %d\n", mopen(LM_ID_BASE, "./liblib.so") == dlopen("./liblib.so", RTLD_NOW));
}
//#File:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
void *open_there(const char *name) { return dlopen(name, RTLD_NOW); }
void *lookup(const char *name) {
    void *result = dlsym(RTLD_DEFAULT, name);
    return result;
}
void *mopen(long number, const char *name) { return dlmopen(number, name, RTLD_NOW); }
const char *error(void) { return dlerror(); }
