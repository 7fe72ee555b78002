// /etc/ld.so.cache: a library in a folder that only ldconfig knows of; --inhibit-cache (by name) makes it unfindable.
//#Requires:tool:/sbin/ldconfig
//#Expect:found
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    // libc itself by soname goes through the cache where the default folders do not hold it
    void *handle = dlopen("libm.so.6", RTLD_NOW);
    double (*cosine)(double) = handle ? (double (*)(double))dlsym(handle, "cos") : NULL;
    puts(cosine && cosine(0.0) == 1.0 ? "found" : "missing");
}
