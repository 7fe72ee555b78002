// No room for static TLS: the library and its dependency with dynamic TLS go, module numbers are free again, smaller ones still fit.
//#Copy:tests/runner/left_behind.h
//#Plugin:dependency.c
//#Plugin:big.c:-ftls-model=initial-exec ./libdependency.so
//#Plugin:small.c:-ftls-model=initial-exec
//#Plugin:dynamic.c
#include "left_behind.h"

static size_t module(void *handle) {
    size_t number = 0;
    dlinfo(handle, RTLD_DI_TLS_MODID, &number);
    return number;
}

int main(void) {
    void *handle = dlopen("./libdynamic.so", RTLD_NOW);
    size_t first = module(handle);
    dlclose(handle);
    for (int i = 0; i < 2; i++)
        printf("opened: %d\n", dlopen("./libbig.so", RTLD_NOW) != NULL);
    printf("told: %d\n", strstr(dlerror(), "cannot allocate memory in static TLS block") != NULL);
    struct inventory before = inventory();
    for (int i = 0; i < 50; i++)
        if (dlopen("./libbig.so", i % 2 ? RTLD_NOW : RTLD_LAZY))
            puts("opened");
    compare(before, "too big");
    printf("dependency: %d\n", dlopen("libdependency.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    handle = dlopen("./libdynamic.so", RTLD_NOW);
    printf("same number as before: %d\n", module(handle) == first);
    dlclose(handle);
    works("./libsmall.so", RTLD_NOW);
    works("./libsmall.so", RTLD_NOW);
}
//#File:dependency.c
__thread int value = 3;
int dependency(void) { return value; }
//#File:big.c
int dependency(void);
__thread char big[1 << 20];
int answer(void) { return ++big[(1 << 20) - 1] + dependency(); }
//#File:small.c
__thread int small[30] = {7};
int answer(void) { return small[0]++; }
//#File:dynamic.c
__thread int dynamic = 3;
int answer(void) { return dynamic; }
