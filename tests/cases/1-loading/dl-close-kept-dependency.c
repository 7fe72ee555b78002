// A dependency stays when the library that brought it is closed (-z nodelete here; an STB_GNU_UNIQUE symbol, as libstdc++
// has, does the same): functions that it calls first after that are still found, in itself and in its own dependencies.
//#Plugin:libdeeper.so=deeper.c
//#Plugin:libkept.so=kept.c:-Wl,-z,nodelete,-z,lazy -L. -ldeeper -Wl,--no-as-needed
//#Plugin:libroot.so=root.c:-L. -Wl,--no-as-needed -lkept
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *root = dlopen("./libroot.so", RTLD_LAZY);
    if (!root) return puts(dlerror());
    int (*weak)(int) = (int (*)(int))dlsym(root, "weak");
    int (*strong)(int) = (int (*)(int))dlsym(root, "strong");
    int (*below)(int) = (int (*)(int))dlsym(root, "below");
    void *(*find)(const char *) = (void *(*)(const char *))dlsym(root, "find");
    printf("close %d\n", dlclose(root));
    printf("root %d, kept %d\n", dlopen("./libroot.so", RTLD_LAZY | RTLD_NOLOAD) != NULL,
           dlopen("./libkept.so", RTLD_LAZY | RTLD_NOLOAD) != NULL);
    fflush(stdout);
    printf("found by dlsym %d %d\n", find("strong_one") != NULL, find("deeper") != NULL);
    fflush(stdout);
    printf("weak %d\n", weak(1));
    fflush(stdout);
    printf("strong %d\n", strong(1));
    fflush(stdout);
    printf("below %d\n", below(1));
}
//#File:root.c
int kept_one(void);
int root(void) { return kept_one(); }
//#File:kept.c
#define _GNU_SOURCE
#include <dlfcn.h>
int deeper(int x);
int kept_one(void) { return 1; }
__attribute__((weak)) int weak_one(int x) { return x + 10; }
int strong_one(int x) { return x + 20; }
int weak(int x) { return weak_one(x) + 1; }
int strong(int x) { return strong_one(x) + 1; }
int below(int x) { return deeper(x) + 1; }
void *find(const char *name) { return dlsym(RTLD_DEFAULT, name); }
//#File:deeper.c
int deeper(int x) { return x + 30; }
