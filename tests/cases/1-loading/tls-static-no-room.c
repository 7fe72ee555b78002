// No room for a library's static TLS: our sentence names the library, the bytes needed and free, and the tunable.
//#Plugin:lib.c:-ftls-model=initial-exec
//#Stderr:liblib.so: cannot allocate memory in static TLS block
//#Message:120000 bytes
//#Message:glibc.rtld.optional_static_tls
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    if (!lib)
        fprintf(stderr, "%s\n", dlerror());
    printf("%s\n", lib ? "opened" : "refused");
}
//#File:lib.c
__thread char value[120000];
int next(void) { return value[99999]++; }
