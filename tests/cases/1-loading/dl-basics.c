// dlopen, dlsym, dlclose, reference counts, constructors and destructors.
//#Plugin:lib.c
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *one = dlopen("./liblib.so", RTLD_LAZY);
    void *two = dlopen("./liblib.so", RTLD_NOW);
    int (*next)(void) = (int (*)(void))dlsym(one, "next");
    printf("%d %d\n", one == two, next());
    printf("close %d\n", dlclose(one));
    printf("still there: %d\n", next());
    printf("close %d\n", dlclose(two));
    printf("loaded: %d\n", dlopen("./liblib.so", RTLD_LAZY | RTLD_NOLOAD) != NULL);
    one = dlopen("./liblib.so", RTLD_NOW);
    next = (int (*)(void))dlsym(one, "next");
    printf("fresh: %d\n", next());
}
//#File:lib.c
#include <stdio.h>
static int count;
int next(void) { return ++count; }
__attribute__((constructor)) static void begin(void) { puts("begin"); }
__attribute__((destructor)) static void end(void) { puts("end"); }
