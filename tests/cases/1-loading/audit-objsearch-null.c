// la_objsearch that returns a null pointer: for one place the search goes on with the next, for the original name it ends.
//#Copy:tests/runner/auditor.h
//#Plugin:one/liblib.so=lib.c:-DNAME=1
//#Plugin:two/liblib.so=lib.c:-DNAME=2
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Env:LD_LIBRARY_PATH=@DIR@/one:@DIR@/two
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *handle = dlopen("liblib.so", RTLD_NOW);
    printf("%d\n", ((int (*)(void))dlsym(handle, "number"))());
    printf("%s\n", dlopen("./one/liblib.so", RTLD_NOW) ? "opened" : dlerror());
    printf("%s\n", dlopen("libblocked.so", RTLD_NOW) ? "opened" : dlerror());
    printf("%s\n", dlopen("liblib.so", RTLD_NOW) == handle ? "the same" : "another");
}
//#File:lib.c
int number(void) { return NAME; }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
char *la_objsearch(const char *name, uintptr_t *cookie, unsigned flag) {
    if (flag == LA_SER_LIBPATH && strstr(name, "/one/"))
        return NULL;
    if (flag == LA_SER_ORIG && strstr(name, "one/liblib.so"))
        return NULL;
    return strstr(name, "blocked") ? NULL : (char *)name;
}
