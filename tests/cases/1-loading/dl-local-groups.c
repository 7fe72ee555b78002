// Two RTLD_LOCAL groups with the same symbols do not see each other; a dependency they share has the scope of both.
//#Plugin:helper1.c
//#Plugin:helper2.c
//#Plugin:common.c:-Wl,-z,lazy
//#Plugin:group1.c:./libhelper1.so ./libcommon.so
//#Plugin:group2.c:./libhelper2.so ./libcommon.so
#include <dlfcn.h>
#include <stdio.h>

static void ask(void *handle) {
    printf("%s\n", ((const char *(*)(void))dlsym(handle, "ask"))());
    printf("%s\n", ((const char *(*)(void))dlsym(handle, "common"))());
}

int main(void) {
    void *one = dlopen("./libgroup1.so", RTLD_LAZY), *two = dlopen("./libgroup2.so", RTLD_LAZY);
    ask(one), ask(two);
    printf("shared: %d\n", dlsym(one, "common") == dlsym(two, "common"));
    printf("not shared: %d\n", dlsym(one, "helper") != dlsym(two, "helper"));
    dlclose(one);
    puts("one closed");
    // found only in the scope that the second group gave the common library
    printf("%s\n", ((const char *(*)(void))dlsym(two, "common_lazily"))());
    dlclose(two);
}
//#File:helper1.c
#include <stdio.h>
const char *helper(void) { return "helper 1"; }
__attribute__((destructor)) static void end(void) { puts("helper 1 ends"); }
//#File:helper2.c
#include <stdio.h>
const char *helper(void) { return "helper 2"; }
const char *only_two(void) { return "only in helper 2"; }
__attribute__((destructor)) static void end(void) { puts("helper 2 ends"); }
//#File:common.c
#include <stdio.h>
const char *helper(void), *only_two(void);
const char *common(void) { return helper(); }
const char *common_lazily(void) { return only_two(); }
__attribute__((destructor)) static void end(void) { puts("common ends"); }
//#File:group1.c
const char *helper(void);
const char *ask(void) { return helper(); }
//#File:group2.c
const char *helper(void);
const char *ask(void) { return helper(); }
