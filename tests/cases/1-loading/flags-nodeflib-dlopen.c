// DF_1_NODEFLIB of the caller's library: what it opens by name is not sought in the default folders or the cache, but what is loaded
// is found, and so is what its RUNPATH has.
//#Plugin:lib.c:-Wl,-z,nodefaultlib
//#Plugin:own.c
//#Script:readelf -dW liblib.so | grep -q NODEFLIB
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    void *(*open)(const char *) = (void *(*)(const char *))dlsym(handle, "open_it");
    const char *names[] = {"libm.so.6", "libown.so", "libc.so.6", "libm.so.6"};
    for (int i = 0; i < 4; i++) {
        printf("%s: %s\n", names[i], open(names[i]) ? "opened" : dlerror());
        if (i == 2)
            printf("by the program %d\n", dlopen("libm.so.6", RTLD_NOW) != NULL);
    }
}
//#File:lib.c
#include <dlfcn.h>
void *open_it(const char *name) {
    void *result = dlopen(name, RTLD_NOW);
    return result;
}
//#File:own.c
int own;
