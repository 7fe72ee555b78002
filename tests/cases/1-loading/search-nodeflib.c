// DF_1_NODEFLIB: neither the default folders nor what the cache finds there.
//#Plugin:lib.c:-norpath -Wl,-z,nodefaultlib ./libempty.so
//#Prepare:gcc -shared -nostdlib -Wl,--no-as-needed -Wl,-soname,libm.so.6 -o libempty.so -x c /dev/null
//#Expect:refused
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    puts(!handle && strstr(dlerror(), "libm.so.6: cannot open shared object file") ? "refused" : "loaded");
}
//#File:lib.c
int nothing;
