// IFUNC symbols through every way of asking: handle, RTLD_DEFAULT, RTLD_NEXT, dlvsym; the resolver's choice, equal to what code calls.
//#Shared:initial.c
//#Plugin:lib.c:-Wl,--version-script=lib.map
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int chosen(void);

static void show(const char *what, void *found) { printf("%s: %d\n", what, found ? ((int (*)(void))found)() : -1); }

int main(void) {
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    show("default", dlsym(RTLD_DEFAULT, "chosen"));
    show("next", dlsym(RTLD_NEXT, "chosen"));
    show("handle", dlsym(lib, "chosen"));
    show("V1", dlvsym(lib, "chosen", "V1"));
    show("call", (void *)chosen);
    show("none", dlsym(lib, "none"));
    printf("none is no error: %d\n", dlerror() == NULL);
    printf("strlen: %d\n", (int)((size_t (*)(const char *))dlsym(RTLD_DEFAULT, "strlen"))("four"));
    Dl_info info;
    printf("the choice is known: %d\n", dladdr(dlsym(lib, "chosen"), &info) && info.dli_saddr == dlsym(lib, "fast"));
    printf("resolver ran: %d\n", *(int *)dlsym(lib, "runs") > 0);
}
//#File:initial.c
static int own(void) { return 1; }
static void *choose(void) { return own; }
int chosen(void) __attribute__((ifunc("choose")));
//#File:lib.c
int runs;
int fast(void) { return 2; }
static void *choose(void) { runs++; return fast; }
static void *choose_none(void) { return 0; }
int chosen(void) __attribute__((ifunc("choose")));
int none(void) __attribute__((ifunc("choose_none")));
//#File:lib.map
V1 { global: *; };
