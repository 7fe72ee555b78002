// dlinfo LMID, LINKMAP, ORIGIN for program, initial and opened library; CONFIGADDR and unknown requests with their texts.
//#Shared:initial.c
//#Plugin:sub/liblib.so=lib.c
//#Script:ln -s sub/liblib.so link.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static void show(const char *what, void *handle) {
    Lmid_t space = 99;
    struct link_map *map = NULL;
    char origin[4096] = "";
    printf("%s: lmid %d", what, dlinfo(handle, RTLD_DI_LMID, &space));
    printf(" %ld, link map %d", (long)space, dlinfo(handle, RTLD_DI_LINKMAP, &map));
    printf(" %d '%s', origin %d", map == handle, map->l_name, dlinfo(handle, RTLD_DI_ORIGIN, origin));
    printf(" %s\n", origin);
}

static void refused(void *handle, int request) {
    long out[200] = {0};
    int result = dlinfo(handle, request, out);
    const char *text = dlerror();
    printf("request %d: %d, %s\n", request, result, text ? text : "-");
}

int main(void) {
    void *lib = dlopen("./sub/../sub/liblib.so", RTLD_NOW);
    show("program", dlopen(NULL, RTLD_NOW));
    show("initial", dlopen("libinitial.so", RTLD_NOW));
    show("lib", lib);
    dlclose(lib);
    show("by a link", dlopen("./link.so", RTLD_NOW));
    static const int requests[] = {0, 3, 7, 8, 12, 13, 100, -1};
    for (int i = 0; i < 8; i++)
        if (requests[i] != 12 || RTLD_DI_MAX < 12) // RTLD_DI_ORIGIN_PATH where there is one
            refused(dlopen(NULL, RTLD_NOW), requests[i]);
}
//#File:initial.c
int initial;
//#File:lib.c
int lib;
