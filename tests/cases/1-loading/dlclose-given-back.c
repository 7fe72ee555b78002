// After dlclose nothing of a library is left: no mapping of its file, no link map, no header list, no address that dladdr knows.
//#Copy:tests/runner/left_behind.h
//#Plugin:base.c
//#Plugin:lib.c:./libbase.so
#include "left_behind.h"
#include <stdlib.h>

static int mapped(const char *name) {
    static char text[1 << 16];
    int file = open("/proc/self/maps", O_RDONLY), found = 0;
    size_t length = 0;
    for (ssize_t got; (got = read(file, text + length, sizeof text - 1 - length)) > 0; length += got)
        ;
    close(file);
    text[length] = 0;
    for (char *at = text; (at = strstr(at, name)); at++)
        found++;
    return found;
}

int main(void) {
    // what loaders and libc allocate the first time
    for (int i = 0; i < 10; i++)
        inventory(), mapped("lib"), dlclose(dlopen("./liblib.so", RTLD_NOW));
    struct inventory before = inventory();
    Dl_info info;
    void *lib = dlopen("./liblib.so", RTLD_NOW), *address = dlsym(lib, "lib");
    printf("mapped: %d %d, known: %d\n", mapped("liblib.so") > 0, mapped("libbase.so") > 0, dladdr(address, &info) != 0);
    struct inventory open = inventory();
    printf("more objects: %d, in the chain: %d\n", open.objects - before.objects, open.chain - before.chain);
    dlclose(lib);
    printf("mapped: %d %d, known: %d\n", mapped("liblib.so"), mapped("libbase.so"), dladdr(address, &info) != 0);
    compare(before, "closed");
    for (int i = 0; i < 100; i++) {
        lib = dlopen(i % 2 ? "./liblib.so" : "./libbase.so", i % 3 ? RTLD_NOW : RTLD_LAZY | RTLD_GLOBAL);
        dlclose(lib);
    }
    compare(before, "closed a hundred times");
}
//#File:base.c
char big[3 << 20] = {1};
__thread int base_value = 1;
int base(void) { return base_value; }
//#File:lib.c
int base(void);
char zero[2 << 20];
__thread int lib_value = 1;
int lib(void) { return base() + lib_value + zero[5]; }
