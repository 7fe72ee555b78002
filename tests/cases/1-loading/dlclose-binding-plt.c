// Bindings to a global library keep it: lazily by a first call, at dlopen with RTLD_NOW, by data; not before there is one.
//#Plugin:provider.c
//#Plugin:user.c:-Wl,-z,lazy
//#Plugin:data.c:-DDATA
#include <dlfcn.h>
#include <stdio.h>

static int there(void) {
    void *handle = dlopen("./libprovider.so", RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

static void try(const char *what, const char *name, int mode, int call) {
    void *provider = dlopen("./libprovider.so", RTLD_NOW | RTLD_GLOBAL), *user = dlopen(name, mode);
    int (*use)(void) = (int (*)(void))dlsym(user, "use");
    if (call)
        printf("%s: %d\n", what, use());
    dlclose(provider);
    printf("%s: closed, there %d\n", what, there());
    if (there())
        printf("%s: %d\n", what, use());
    dlclose(user);
    printf("%s: user closed, there %d\n", what, there());
}

int main(void) {
    try("never called", "./libuser.so", RTLD_LAZY, 0);
    try("called", "./libuser.so", RTLD_LAZY, 1);
    try("now", "./libuser.so", RTLD_NOW, 0);
    try("data", "./libdata.so", RTLD_LAZY, 0);
}
//#File:provider.c
#include <stdio.h>
int value = 6;
int provided(void) { return value; }
__attribute__((destructor)) static void end(void) { puts("-provider"); }
//#File:user.c
#include <stdio.h>
int provided(void);
int use(void) { return provided(); }
__attribute__((destructor)) static void end(void) { puts("-user"); }
//#File:data.c
#include <stdio.h>
extern int value;
int use(void) { return value; }
__attribute__((destructor)) static void end(void) { puts("-data"); }
