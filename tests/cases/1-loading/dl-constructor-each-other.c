// Two libraries whose constructors open each other: each constructor runs once, the inner dlopen returns the half-ready one.
//#Plugin:one.c
//#Plugin:two.c
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    void *one = dlopen("./libone.so", RTLD_NOW);
    puts("one is open");
    dlclose(one);
    puts("closed");
    printf("there: %d %d\n", dlopen("./libone.so", RTLD_NOW | RTLD_NOLOAD) != NULL, dlopen("./libtwo.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
}
//#File:both.h
#include <dlfcn.h>
#include <stdio.h>
static int ready;
int NAME(is_ready)(void) { return ready; }
static void *partner;
__attribute__((constructor)) static void begin(void) {
    puts("+" ME);
    partner = dlopen("./lib" OTHER ".so", RTLD_NOW);
    int (*is_ready)(void) = (int (*)(void))dlsym(partner, OTHER "_is_ready");
    printf(ME ": " OTHER " is ready: %d\n", is_ready());
    ready = 1;
}
__attribute__((destructor)) static void end(void) {
    puts("-" ME);
    printf("close: %d\n", dlclose(partner));
}
//#File:one.c
#define ME "one"
#define OTHER "two"
#define NAME(x) one_##x
#include "both.h"
//#File:two.c
#define ME "two"
#define OTHER "one"
#define NAME(x) two_##x
#include "both.h"
