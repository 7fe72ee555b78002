// dladdr from inside and from outside knows the objects of every namespace, and the loader by the same address in all.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static void show(const char *what, int result, const Dl_info *info) {
    const char *name = result ? strrchr(info->dli_fname, '/') : NULL;
    name = name ? name + 1 : "nothing";
    printf("%s: %s %s\n", what, strncmp(name, "ld-", 3) ? name : "LOADER", result && info->dli_sname ? info->dli_sname : "-");
}

int main(void) {
    Dl_info info, other;
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    int (*inside)(const void *, Dl_info *) = dlsym(handle, "address");
    show("library from outside", dladdr((void *)inside, &info), &info);
    show("library from inside", inside((void *)inside, &info), &info);
    show("program from inside", inside((void *)main, &info), &info);
    show("data", dladdr(dlsym(handle, "data"), &info), &info);
    show("its libc", inside(dlsym(handle, "puts"), &info), &info);
    dladdr((void *)puts, &other);
    printf("other libc %d\n", info.dli_fbase != other.dli_fbase);
    int here = dladdr(dlsym(RTLD_DEFAULT, "__tls_get_addr"), &info), there = inside(dlsym(handle, "__tls_get_addr"), &other);
    printf("loader %d %d, the same %d\n", here, there, info.dli_fbase == other.dli_fbase);
    struct link_map *map;
    dladdr1((void *)inside, &info, (void **)&map, RTLD_DL_LINKMAP);
    dlclose(handle);
    show("closed", dladdr((void *)inside, &info), &info);
}
//#File:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
int data[10];
int address(const void *place, Dl_info *info) {
    int result = dladdr(place, info);
    return result;
}
