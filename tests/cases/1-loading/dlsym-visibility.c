// What dlsym finds: default, protected, weak and unique definitions; not hidden, internal, static or undefined ones.
//#Plugin:lib.c
//#Plugin:base.c
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    static const char *names[] = {"plain", "protected", "weak", "hidden", "internal", "local", "undefined_here", "common"};
    dlopen("./libbase.so", RTLD_NOW | RTLD_GLOBAL);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    for (int i = 0; i < 8; i++) {
        int *found = dlsym(lib, names[i]);
        printf("%s: %s\n", names[i], found ? "found" : dlerror());
        if (found && *found != i)
            printf("but it is %d\n", *found);
    }
    printf("%d\n", ((int (*)(void))dlsym(lib, "sum"))());
}
//#File:lib.c
int plain = 0;
int protected __attribute__((visibility("protected"))) = 1;
int weak __attribute__((weak)) = 2;
int hidden __attribute__((visibility("hidden"))) = 3;
int internal __attribute__((visibility("internal"))) = 4;
static int local = 5;
extern int undefined_here;
__attribute__((common)) int common;
__attribute__((constructor)) static void begin(void) { common = 7; }
int sum(void) { return plain + protected + weak + hidden + internal + local + undefined_here + common; }
//#File:base.c
int undefined_here = 6;
