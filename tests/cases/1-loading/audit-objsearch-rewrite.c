// la_objsearch may give another name: for the original name, or for a place; the object found is the other one.
//#Copy:tests/runner/auditor.h
//#Plugin:other/libother.so=other.c
//#Plugin:other/libplace.so=place.c
//#Shared:lib.c
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

const char *which(void);

int main(void) {
    puts(which());
    void *handle = dlopen("libnew.so", RTLD_NOW);
    Dl_info info;
    printf("%s\n", handle ? ((const char *(*)(void))dlsym(handle, "place"))() : dlerror());
    dladdr(dlsym(handle, "place"), &info);
    puts(strrchr(info.dli_fname, '/'));
    dladdr((void *)which, &info);
    printf("the same as by its own name %d\n", dlopen("./other/libplace.so", RTLD_NOW) == handle);
}
//#File:lib.c
const char *which(void) { return "lib"; }
//#File:other.c
const char *which(void) { return "other"; }
//#File:place.c
const char *place(void) { return "place"; }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    if (!strstr(map->l_name, "vdso"))
        say("open %s\n", base(map->l_name));
    return 0;
}
char *la_objsearch(const char *name, uintptr_t *cookie, unsigned flag) {
    if (flag == LA_SER_ORIG && strstr(name, "liblib.so"))
        return "./other/libother.so";
    if (flag == LA_SER_RUNPATH && strstr(name, "libnew.so"))
        return "./other/libplace.so";
    return (char *)name;
}
