// DF_ORIGIN and DF_1_ORIGIN (-z origin): $ORIGIN in RUNPATH and NEEDED works with and without them, for dlopen too.
//#Plugin:deep/libbase.so=base.c
//#Plugin:deep/libflagged.so=lib.c:-norpath -Wl,-z,origin -Wl,-rpath,'$ORIGIN' -Ldeep -lbase
//#Plugin:libplain.so=lib.c:-norpath -Wl,-rpath,'${ORIGIN}/deep' -Ldeep -lbase
//#Script:readelf -dW deep/libflagged.so | grep -q ORIGIN
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static void try(const char *name) {
    void *handle = dlopen(name, RTLD_NOW);
    char folder[4096] = "";
    if (!handle) {
        puts(dlerror());
        return;
    }
    dlinfo(handle, RTLD_DI_ORIGIN, folder);
    printf("%d %s\n", ((int (*)(void))dlsym(handle, "work"))(), strrchr(folder, '/'));
}

int main(void) {
    try("./deep/libflagged.so");
    try("$ORIGIN/libplain.so");
    try("$ORIGIN/deep/../deep/libflagged.so");
    try("$ORIGIN/libnone.so" + 8);
}
//#File:base.c
int base = 6;
//#File:lib.c
extern int base;
int work(void) { return base; }
