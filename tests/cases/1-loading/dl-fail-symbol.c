// A function that nobody has, with RTLD_NOW: the library, its dependency, their TLS modules and their constructors leave no trace.
//#Copy:tests/runner/left_behind.h
//#Plugin:dependency.c
//#Plugin:broken.c:-Wl,-z,lazy ./libdependency.so
//#Plugin:versions/good.so=broken.c:./libdependency.so -DGOOD -Wl,-soname,libbroken.so -nosoname
#include "left_behind.h"

int main(void) {
    fails("./libbroken.so", RTLD_NOW);
    fails("./libbroken.so", RTLD_NOW | RTLD_GLOBAL | RTLD_DEEPBIND);
    fails("./libbroken.so", RTLD_NOW | RTLD_NODELETE);
    // the dependency is open for another reason: it stays what it was
    void *dependency = dlopen("./libdependency.so", RTLD_NOW);
    fails("./libbroken.so", RTLD_NOW | RTLD_GLOBAL);
    printf("became global: %d\n", dlsym(RTLD_DEFAULT, "dependency") != NULL);
    dlclose(dependency);
    printf("dependency: %d\n", dlopen("libdependency.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    rename("versions/good.so", "libbroken.so");
    struct inventory before = inventory();
    works("./libbroken.so", RTLD_NOW);
    compare(before, "repaired, closed");
}
//#File:dependency.c
#include <stdio.h>
__thread int value = 5;
int dependency(void) { return value++; }
__attribute__((constructor)) static void begin(void) { puts("dependency begins"); }
__attribute__((destructor)) static void end(void) { puts("dependency ends"); }
//#File:broken.c
int nowhere(void), dependency(void);
__thread int own = 30;
#ifdef GOOD
int nowhere(void) { return 100; }
#endif
int answer(void) { return nowhere() + dependency() + own++; }
