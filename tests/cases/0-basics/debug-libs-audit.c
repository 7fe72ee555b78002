// LD_DEBUG=libs with an auditor tells the same as without: the search paths, the cache, each file, also one that the auditor hides or
// replaces; a name that it replaces is the one that is searched, one that it hides is not. What the auditor itself needs is left out.
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Copy:tests/runner/auditor.h
//#Plugin:two/libbase.so=base.c:-norpath
//#Plugin:one/libbase.so=base.c:-norpath
//#Shared:lib/libneeded.so=needed.c:-norpath -Lone -lbase -Wl,-rpath,'$ORIGIN/../missing:$ORIGIN/../one:$ORIGIN/../two'
//#Plugin:lib/libreal.so=base.c:-norpath
//#Flags:-norpath
//#Plugin:audit.c:-norpath
//#Env:LD_AUDIT=./libaudit.so
//#Env:LD_DEBUG=libs
//#Env:LD_LIBRARY_PATH=@DIR@/none:@DIR@/lib
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh | sed -n '/find library=libneeded/,$p' | grep -v -e LOADER -e '^$'
//#Expect:  trying file=DIR/lib/../one/libbase.so
//#Expect:  trying file=DIR/lib/../two/libbase.so
#include <dlfcn.h>

int needed(void);

int main(void) {
    void *renamed = dlopen("libnone.so", RTLD_NOW), *hidden = dlopen("libhidden.so", RTLD_NOW), *missing = dlopen("libmissing.so", RTLD_NOW);
    return !renamed || hidden || missing || needed() != 1 || !dlopen("libz.so.1", RTLD_NOW);
}
//#File:base.c
int base(void) { return 1; }
//#File:needed.c
int base(void);
int needed(void) { return base(); }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
char *la_objsearch(const char *name, uintptr_t *cookie, unsigned flag) {
    if (strstr(name, "/one/") || strstr(name, "hidden"))
        return NULL;
    return flag == LA_SER_ORIG && strstr(name, "libnone") ? "libreal.so" : (char *)name;
}
