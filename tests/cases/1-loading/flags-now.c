// DF_1_NOW and DF_BIND_NOW (-z now) at dlopen with RTLD_LAZY: a missing function is found out at once; without them at the call.
//#Plugin:libnow.so=lib.c:-Wl,-z,now
//#Plugin:liblazy.so=lib.c:-Wl,-z,lazy
//#Stderr:symbol lookup error: ./liblazy.so: undefined symbol: nowhere
//#Exit:127
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *now = dlopen("./libnow.so", RTLD_LAZY), *lazy;
    dprintf(1, "%s\n", now ? "opened" : dlerror());
    lazy = dlopen("./liblazy.so", RTLD_LAZY);
    dprintf(1, "%s\n", lazy ? "opened" : dlerror());
    int (*work)(int) = (int (*)(int))dlsym(lazy, "work");
    dprintf(1, "%d\n", work(0));
    dprintf(1, "%s\n", dlopen("./liblazy.so", RTLD_NOW) == lazy ? "the same with RTLD_NOW" : "another");
    work(1);
    dprintf(1, "not reached\n");
}
//#File:lib.c
extern int nowhere(void);
int work(int number) { return number ? nowhere() : 5; }
