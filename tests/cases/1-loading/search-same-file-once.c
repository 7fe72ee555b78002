// A library that is reached by two names (a symbolic link) is loaded once.
//#Shared:liba.so=a.c
//#Script:ln -s liba.so libother.so
//#Expect:same handle 1, count 2
#include <dlfcn.h>
#include <stdio.h>

int count(void);

int main(void) {
    count();
    void *one = dlopen("./liba.so", RTLD_NOW), *two = dlopen("@DIR@/../nowhere", RTLD_NOW);
    two = dlopen("./libother.so", RTLD_NOW);
    int (*again)(void) = two ? (int (*)(void))dlsym(two, "count") : NULL;
    printf("same handle %d, count %d\n", one == two, again ? again() : -1);
}
//#File:a.c
int count(void) { static int n; return ++n; }
