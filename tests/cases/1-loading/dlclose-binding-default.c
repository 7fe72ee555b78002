// What a library found by dlsym(RTLD_DEFAULT) stays until that library goes; what the program found so stays for ever.
//#Plugin:provider.c
//#Plugin:second.c
//#Plugin:user.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

static int there(const char *name) {
    void *handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

int main(void) {
    void *provider = dlopen("./libprovider.so", RTLD_NOW | RTLD_GLOBAL), *user = dlopen("./libuser.so", RTLD_NOW);
    int (*use)(void) = (int (*)(void))dlsym(user, "use");
    printf("%d\n", use());
    dlclose(provider);
    printf("closed, there: %d, %d\n", there("./libprovider.so"), use());
    dlclose(user);
    printf("user closed, there: %d\n", there("./libprovider.so"));
    // by a handle: nobody is bound
    provider = dlopen("./libprovider.so", RTLD_NOW | RTLD_GLOBAL);
    dlsym(provider, "provided");
    dlsym(dlopen(NULL, RTLD_NOW), "provided");
    dlclose(provider);
    printf("by handle, there: %d\n", there("./libprovider.so"));
    void *second = dlopen("./libsecond.so", RTLD_NOW | RTLD_GLOBAL);
    printf("program finds: %d\n", dlsym(RTLD_DEFAULT, "second") != NULL);
    dlclose(second);
    printf("closed, there: %d\n", there("./libsecond.so"));
}
//#File:provider.c
#include <stdio.h>
int provided(void) { return 3; }
__attribute__((destructor)) static void end(void) { puts("-provider"); }
//#File:second.c
#include <stdio.h>
int second(void) { return 4; }
__attribute__((destructor)) static void end(void) { puts("-second"); }
//#File:user.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int use(void) {
    int (*function)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, "provided");
    return function ? function() + 10 : -1;
}
__attribute__((destructor)) static void end(void) { puts("-user"); }
