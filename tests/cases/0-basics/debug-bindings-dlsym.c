// LD_DEBUG=bindings tells of dlsym: by handle for the object itself, by RTLD_DEFAULT for the caller.
//#Plugin:plugin.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=bindings
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:binding file ./libplugin.so [0] to ./libplugin.so [0]: normal symbol `plugged'
//#Expect:binding file ./prog [0] to /lib/x86_64-linux-gnu/libc.so.6 [0]: normal symbol `abs'
//#Expect:binding file ./prog [0] to /lib/x86_64-linux-gnu/libc.so.6 [0]: normal symbol `labs' [GLIBC_2.2.5]
#define _GNU_SOURCE
#include <dlfcn.h>

int main(void) {
    void *library = dlopen("./libplugin.so", RTLD_NOW);
    void *first = dlsym(library, "plugged");
    void *second = dlsym(RTLD_DEFAULT, "abs");
    void *third = dlvsym(RTLD_DEFAULT, "labs", "GLIBC_2.2.5");
    return !first || !second || !third;
}
//#File:plugin.c
int plugged(void) { return 7; }
