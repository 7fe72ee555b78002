// Protected functions: calls inside stay inside, others may interpose; the address that the library, dlsym and the program see.
//#Shared:lib.c
//#Plugin:user.c
//#Flags:-rdynamic
//#Env:LD_PRELOAD=./libuser.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

typedef const char *(*Function)(void);
const char *shown(void), *hidden_by_preload(void);
Function inside(void), inside_other(void);

int main(void) {
    printf("same address inside and outside: %d\n", inside() == shown);
    printf("same by dlsym: %d\n", (Function)dlsym(dlopen("./liblib.so", RTLD_NOW), "shown") == shown);
    printf("interposed: %s inside, %s outside\n", inside_other()(), hidden_by_preload());
    printf("by dlsym: %s\n", ((Function)dlsym(RTLD_DEFAULT, "hidden_by_preload"))());
    printf("by its handle: %s\n", ((Function)dlsym(dlopen("./liblib.so", RTLD_NOW), "hidden_by_preload"))());
}
//#File:lib.c
typedef const char *(*Function)(void);
__attribute__((visibility("protected"))) const char *shown(void) { return "library"; }
__attribute__((visibility("protected"))) const char *hidden_by_preload(void) { return "library"; }
static Function volatile table[2] = {shown, hidden_by_preload};
Function inside(void) { return table[0]; }
Function inside_other(void) { return table[1]; }
//#File:user.c
const char *hidden_by_preload(void) { return "preload"; }
