// 200 rounds of dlmopen and dlclose, each with a libc and thread-local data: mappings, descriptors and modules stay as they were.
//#Requires:glibc>=2.34
//#Plugin:dependency.c
//#Plugin:lib.c:./libdependency.so
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <stdio.h>

static int mappings(void) {
    int lines = 0, byte;
    FILE *maps = fopen("/proc/self/maps", "r");
    while ((byte = fgetc(maps)) != EOF)
        lines += byte == '\n';
    fclose(maps);
    return lines;
}

static int descriptors(void) {
    int count = 0;
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        count++;
    closedir(folder);
    return count;
}

int main(void) {
    int maps = 0, open = 0, wrong = 0;
    size_t module = 0, now = 0;
    for (int i = 0; i < 200; i++) {
        void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
        Lmid_t number = 0;
        if (!handle)
            return puts(dlerror()), 1;
        dlinfo(handle, RTLD_DI_LMID, &number);
        dlinfo(handle, RTLD_DI_TLS_MODID, &now);
        int (*add)(void) = dlsym(handle, "add");
        wrong += number != 1 || add() != 112 || add() != 113;
        wrong += dlclose(handle) != 0 || dlopen("./liblib.so", RTLD_NOW | RTLD_NOLOAD) != NULL;
        if (i == 20)
            maps = mappings(), open = descriptors(), module = now;
    }
    printf("wrong %d\n", wrong);
    // the heap may have grown, and with it one mapping at most
    printf("mappings %s\n", mappings() <= maps + 1 ? "same" : "more");
    printf("descriptors %s, module %s\n", open == descriptors() ? "same" : "more", module == now ? "same" : "another");
}
//#File:dependency.c
__thread int block[100] = {100};
//#File:lib.c
#include <stdio.h>
#include <stdlib.h>
extern __thread int block[100];
static __thread int counter = 10;
int add(void) {
    char text[20];
    snprintf(text, sizeof text, "%d", 1);
    return (block[0] += atoi(text)) + (++counter) - block[0] + 101;
}
