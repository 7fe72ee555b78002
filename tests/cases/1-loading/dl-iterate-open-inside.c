// dl_iterate_phdr: a callback that opens, asks and closes libraries and iterates itself; what is opened inside is seen by the next walk.
//#Plugin:a.c
//#Plugin:b.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static void *kept;

static int count(struct dl_phdr_info *info, size_t size, void *out) {
    *(int *)out += strstr(info->dlpi_name, "liba.so") || strstr(info->dlpi_name, "libb.so");
    return 0;
}

static int open_inside(struct dl_phdr_info *info, size_t size, void *calls) {
    if ((*(int *)calls)++ > 0)
        return 0;
    void *a = dlopen("./liba.so", RTLD_NOW);
    printf("inside: %d\n", ((int (*)(void))dlsym(a, "f"))());
    int seen = 0;
    dl_iterate_phdr(count, &seen);
    printf("seen inside: %d\n", seen);
    dlclose(a);
    kept = dlopen("./libb.so", RTLD_NOW);
    return 0;
}

int main(void) {
    int calls = 0, seen = 0;
    printf("result %d\n", dl_iterate_phdr(open_inside, &calls));
    printf("called: %d\n", calls > 2);
    dl_iterate_phdr(count, &seen);
    printf("seen: %d, %d\n", seen, ((int (*)(void))dlsym(kept, "f"))());
}
//#File:a.c
int f(void) { return 1; }
//#File:b.c
int f(void) { return 2; }
