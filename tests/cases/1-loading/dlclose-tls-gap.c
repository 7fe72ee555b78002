// The freed number in the middle is given to the next library; those around it keep theirs and their values.
//#Requires:glibc>=2.36
//#Prepare:for n in 1 2 3 4; do echo "__thread int value = $n; int *get(void) { return &value; }" > t$n.c; gcc -O1 -shared -fPIC -o libt$n.so t$n.c; done
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

static void *handles[5];
static size_t base;

static long open_it(int n) {
    char name[20];
    size_t module = 0;
    snprintf(name, sizeof name, "./libt%d.so", n);
    handles[n] = dlopen(name, RTLD_NOW);
    dlinfo(handles[n], RTLD_DI_TLS_MODID, &module);
    base = base ? base : module;
    return (long)(module - base);
}

static int bump(int n) { return (*((int *(*)(void))dlsym(handles[n], "get"))())++; }

int main(void) {
    for (int n = 1; n <= 3; n++) {
        printf("%d: number %+ld, ", n, open_it(n));
        printf("value %d\n", bump(n));
    }
    dlclose(handles[2]);
    printf("4: number %+ld, ", open_it(4));
    printf("value %d\n", bump(4));
    printf("2: number %+ld, ", open_it(2));
    printf("value %d\n", bump(2));
    printf("others: %d %d\n", bump(1), bump(3));
    dlclose(handles[1]), dlclose(handles[3]);
    printf("3: number %+ld, ", open_it(3));
    printf("1: number %+ld, ", open_it(1));
    printf("values %d %d %d %d\n", bump(1), bump(2), bump(3), bump(4));
}
