// dlinfo: link map, origin, TLS module and data, search path.
//#Plugin:sub/liblib.so=lib.c
//#Env:LD_LIBRARY_PATH=@DIR@/sub
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    void *handle = dlopen("liblib.so", RTLD_NOW), *data = NULL;
    struct link_map *map = NULL;
    char origin[4096] = "";
    size_t module = 0;
    Dl_serinfo size, *paths;
    int *(*address)(void) = (int *(*)(void))dlsym(handle, "address");
    printf("%d %s\n", dlinfo(handle, RTLD_DI_LINKMAP, &map), strrchr(map->l_name, '/'));
    printf("%d %s\n", dlinfo(handle, RTLD_DI_ORIGIN, origin), strrchr(origin, '/'));
    int *value = address();
    printf("%d %d\n", dlinfo(handle, RTLD_DI_TLS_MODID, &module), module > 0);
    printf("%d %d\n", dlinfo(handle, RTLD_DI_TLS_DATA, &data), data == value);
    printf("%d\n", dlinfo(handle, RTLD_DI_SERINFOSIZE, &size));
    paths = malloc(size.dls_size);
    memcpy(paths, &size, sizeof size);
    printf("%d\n", dlinfo(handle, RTLD_DI_SERINFO, paths));
    for (unsigned i = 0; i < paths->dls_cnt; i++)
        puts(paths->dls_serpath[i].dls_name);
    printf("%d\n", dlinfo(handle, 999, &data));
    printf("%s\n", dlerror());
}
//#File:lib.c
static __thread int value = 5;
int *address(void) { return &value; }
