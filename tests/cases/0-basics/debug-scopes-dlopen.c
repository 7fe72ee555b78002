// LD_DEBUG=scopes for an object that is opened, and made global later.
//#Plugin:plugin.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=scopes
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:object=./libplugin.so [0]
//#Expect: scope 1: ./libplugin.so...
//#Expect:add ./libplugin.so [0] to global scope
#include <dlfcn.h>
#include <stdlib.h>

int main(void) {
    void *library = dlopen("./libplugin.so", RTLD_NOW);
    dlopen("./libplugin.so", RTLD_NOW | RTLD_GLOBAL);
    int (*answer)(void) = library ? (int (*)(void))dlsym(library, "plugged") : NULL;
    int result = answer ? answer() - 7 : 1;
    return library && dlclose(library) ? 2 : result;
}
//#File:plugin.c
int plugged(void) { return 7; }
