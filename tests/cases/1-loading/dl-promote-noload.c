// Promotion by RTLD_GLOBAL|RTLD_NOLOAD: a function that a lazily bound library misses is found from then on.
//#Plugin:provider.c
//#Plugin:user.c:-Wl,-z,lazy
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *self = dlopen(NULL, RTLD_NOW);
    void *user = dlopen("./libuser.so", RTLD_LAZY);
    int (*use)(void) = (int (*)(void))dlsym(user, "use");
    printf("not loaded: %d\n", dlopen("./libprovider.so", RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD) != NULL);
    void *provider = dlopen("./libprovider.so", RTLD_NOW);
    printf("local: %d\n", dlsym(self, "provided") != NULL);
    printf("promoted: %d\n", dlopen("./libprovider.so", RTLD_LAZY | RTLD_GLOBAL | RTLD_NOLOAD) == provider);
    printf("global: %d\n", dlsym(self, "provided") != NULL);
    printf("use: %d\n", use());
    printf("close: %d %d\n", dlclose(provider), dlclose(provider));
    // the binding keeps it
    printf("use: %d\n", use());
    printf("close: %d\n", dlclose(user));
    printf("gone: %d\n", dlopen("./libprovider.so", RTLD_NOW | RTLD_NOLOAD) == NULL && dlsym(self, "provided") == NULL);
}
//#File:provider.c
#include <stdio.h>
int provided(void) { return 9; }
__attribute__((destructor)) static void end(void) { puts("provider ends"); }
//#File:user.c
#include <stdio.h>
int provided(void);
int use(void) { return provided(); }
__attribute__((destructor)) static void end(void) { puts("user ends"); }
