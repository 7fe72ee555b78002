// RTLD_NEXT from program and library, RTLD_DEFAULT, and the handle of the program (dlopen(NULL)).
//#Shared:a.c
//#Shared:b.c
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

const char *name(void) { return "program"; }
const char *a_next(void);
typedef const char *(*function)(void);

int main(void) {
    function next = (function)dlsym(RTLD_NEXT, "name");
    function any = (function)dlsym(RTLD_DEFAULT, "name");
    void *self = dlopen(NULL, RTLD_NOW);
    function own = (function)dlsym(self, "name");
    printf("%s %s %s %s\n", any(), own(), next(), a_next());
    printf("%d\n", dlsym(RTLD_NEXT, "main") == NULL);
}
//#File:a.c
#define _GNU_SOURCE
#include <dlfcn.h>
const char *name(void) { return "a"; }
const char *a_next(void) { return ((const char *(*)(void))dlsym(RTLD_NEXT, "name"))(); }
//#File:b.c
const char *name(void) { return "b"; }
