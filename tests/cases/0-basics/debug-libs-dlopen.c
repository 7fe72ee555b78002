// LD_DEBUG=libs tells of searches that dlopen makes; a name with a slash is not searched.
//#Plugin:plugin.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=libs
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:find library=libplugin.so [0]; searching
//#Expect:calling init: DIR/libplugin.so
//#Expect:calling fini: DIR/libplugin.so [0]
#include <dlfcn.h>
#include <stdlib.h>

int main(void) {
    void *library = dlopen("libplugin.so", RTLD_NOW);
    int (*answer)(void) = library ? (int (*)(void))dlsym(library, "plugged") : NULL;
    int result = answer ? answer() - 7 : 1;
    return library && dlclose(library) ? 2 : result;
}
//#File:plugin.c
int plugged(void) { return 7; }
