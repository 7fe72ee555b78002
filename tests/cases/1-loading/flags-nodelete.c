// DF_1_NODELETE (-z nodelete): the library and what it needs stay after dlclose, also as another's dependency; destructors run at
// the end only.
//#Plugin:base.c
//#Plugin:kept.c:-Wl,-z,nodelete ./libbase.so
//#Plugin:user.c:./libkept.so
#include <dlfcn.h>
#include <stdio.h>

static int loaded(const char *name) { return dlopen(name, RTLD_NOW | RTLD_NOLOAD) != NULL; }

int main(void) {
    void *user = dlopen("./libuser.so", RTLD_NOW);
    int *number = dlsym(user, "number");
    *number = 7;
    dlclose(user);
    dprintf(1, "closed\n");
    dprintf(1, "%d %d %d\n", loaded("./libuser.so"), loaded("./libkept.so"), loaded("./libbase.so"));
    dprintf(1, "%d\n", *number);
    user = dlopen("./libuser.so", RTLD_NOW);
    dprintf(1, "%d %d\n", dlsym(user, "number") == number, *number);
}
//#File:base.c
#include <stdio.h>
int base;
__attribute__((destructor)) static void end(void) { dprintf(1, "-base\n"); }
//#File:kept.c
#include <stdio.h>
int number = 3;
__attribute__((constructor)) static void begin(void) { dprintf(1, "+kept\n"); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-kept\n"); }
//#File:user.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { dprintf(1, "+user\n"); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-user\n"); }
