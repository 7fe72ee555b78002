// The tunable glibc.rtld.optional_static_tls makes room for a library whose TLS must be static.
//#Requires:glibc>=2.33
//#Plugin:lib.c:-ftls-model=initial-exec
//#Env:GLIBC_TUNABLES=glibc.rtld.optional_static_tls=200000
//#Expect:1 2
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    if (!handle)
        return puts(dlerror()), 1;
    int (*next)(void) = (int (*)(void))dlsym(handle, "next");
    int first = next();
    printf("%d %d\n", first, next());
}
//#File:lib.c
__thread char value[100000];
int next(void) { return ++value[99999]; }
