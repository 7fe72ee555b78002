// dlvsym finds each version, dlsym the default one.
//#Plugin:lib.c:-Wl,--version-script=lib.map
//#Expect:1 2 2
//#Expect:no V3
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    int (*one)(void) = (int (*)(void))dlvsym(handle, "value", "V1");
    int (*two)(void) = (int (*)(void))dlvsym(handle, "value", "V2");
    int (*any)(void) = (int (*)(void))dlsym(handle, "value");
    printf("%d %d %d\n", one(), two(), any());
    puts(dlvsym(handle, "value", "V3") ? "V3" : "no V3");
}
//#File:lib.c
__asm__(".symver value1, value@V1\n.symver value2, value@@V2");
int value1(void) { return 1; }
int value2(void) { return 2; }
//#File:lib.map
V1 { };
V2 { global: value; local: *; } V1;
