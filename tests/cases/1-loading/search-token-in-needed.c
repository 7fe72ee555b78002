// $ORIGIN in DT_NEEDED itself, in dlopen's argument, and in LD_LIBRARY_PATH.
//#Plugin:one/liba.so=a.c:-norpath -Wl,-soname,$ORIGIN/one/liba.so
//#Plugin:two/libb.so=b.c:-norpath
//#Plugin:three/libc_.so=c.c:-norpath
//#Flags:-norpath one/liba.so three/libc_.so
//#Env:LD_LIBRARY_PATH=/nonexistent:$ORIGIN/three
//#Expect:a b c
#include <dlfcn.h>
#include <stdio.h>

const char *a(void), *c(void);

int main(void) {
    void *handle = dlopen("${ORIGIN}/two/libb.so", RTLD_NOW);
    const char *(*b)(void) = handle ? (const char *(*)(void))dlsym(handle, "b") : NULL;
    printf("%s %s %s\n", a(), b ? b() : dlerror(), c());
}
//#File:a.c
const char *a(void) { return "a"; }
//#File:b.c
const char *b(void) { return "b"; }
//#File:c.c
const char *c(void) { return "c"; }
