// LD_DEBUG=all tells everything but statistics.
//#Shared:answer.c
//#Plugin:plugin.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=all
//#Wrap:"$@" 2>&1 >/dev/null | grep -v -e linux-vdso -e "symbol=\(malloc\|calloc\|realloc\|free\);" | sh ./normalise.sh | grep -v "^$"
//#Expect:file=libanswer.so [0];  needed by ./prog [0]
//#Expect:Initial object scopes
//#Expect:relocation processing: ./prog (lazy)
//#Expect:file=./libplugin.so [0];  destroying link map
#include <dlfcn.h>
#include <stdlib.h>

int answer(void);

int main(void) {
    void *library = dlopen("./libplugin.so", RTLD_NOW);
    int (*answer)(void) = library ? (int (*)(void))dlsym(library, "plugged") : NULL;
    int result = answer ? answer() - 7 : 1;
    answer();
    return library && dlclose(library) ? 2 : result;
}
//#File:plugin.c
int plugged(void) { return 7; }
//#File:answer.c
int answer(void) { return 7; }
