// LD_DEBUG=files counts how often an object is open.
//#Plugin:plugin.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=files
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:file=./libplugin.so [0];  dynamically loaded by ./prog [0]
//#Expect:opening file=./libplugin.so [0]; direct_opencount=1
//#Expect:opening file=./libplugin.so [0]; direct_opencount=2
//#Expect:closing file=./libplugin.so; direct_opencount=1
//#Expect:calling fini: ./libplugin.so [0]
//#Expect:file=./libplugin.so [0];  destroying link map
#include <dlfcn.h>

int main(void) {
    void *first = dlopen("./libplugin.so", RTLD_NOW);
    void *second = dlopen("./libplugin.so", RTLD_LAZY);
    return first == second ? dlclose(first) || dlclose(second) : 1;
}
//#File:plugin.c
int plugged(void) { return 7; }
