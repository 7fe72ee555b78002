// Libraries that need each other in a circle, with a third outside: they go together, destructors once each.
//#Requires:glibc>=2.35
//#Prepare:echo "int two(void) { return 1; }" > stub.c; gcc -shared -fPIC -o libtwo.so -Wl,-soname,libtwo.so stub.c
//#Plugin:one.c:./libtwo.so
//#Plugin:outside.c:./libone.so
//#Script:gcc -O1 -fPIC -shared -o libtwo.so two.c -Wl,-soname,libtwo.so -Wl,-rpath,'$ORIGIN' -Wl,--no-as-needed ./libone.so
#include <dlfcn.h>
#include <stdio.h>

static int there(const char *name) {
    void *handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

int main(void) {
    for (int round = 0; round < 2; round++) {
        void *outside = dlopen("./liboutside.so", RTLD_NOW), *two = dlopen("libtwo.so", RTLD_NOW);
        printf("%d\n", ((int (*)(void))dlsym(outside, "outside"))());
        dlclose(round ? two : outside);
        puts("one closed");
        printf("%d %d %d\n", there("liboutside.so"), there("libone.so"), there("libtwo.so"));
        dlclose(round ? outside : two);
        printf("%d %d %d\n", there("liboutside.so"), there("libone.so"), there("libtwo.so"));
    }
}
//#File:one.c
#include <stdio.h>
int two(void);
int one(void) { return two() + 1; }
__attribute__((constructor)) static void begin(void) { puts("+one"); }
__attribute__((destructor)) static void end(void) { puts("-one"); }
//#File:two.c
#include <stdio.h>
int one(void);
int two(void) { return 1; }
int use(void) { return one(); }
__attribute__((constructor)) static void begin(void) { puts("+two"); }
__attribute__((destructor)) static void end(void) { puts("-two"); }
//#File:outside.c
int one(void);
int outside(void) { return one(); }
