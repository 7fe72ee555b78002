// The chain of link maps that dlinfo gives ends at the namespace's borders, forwards and backwards, in the order of loading.
//#Plugin:second.c
//#Plugin:lib.c:./libsecond.so
//#Plugin:third.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static void show(void *handle) {
    struct link_map *map, *last = NULL;
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    int steps = 0;
    for (; map->l_prev; map = map->l_prev)
        steps++;
    printf("%d before:", steps);
    for (; map; last = map, map = map->l_next) {
        const char *slash = strrchr(map->l_name, '/'), *name = slash ? slash + 1 : map->l_name;
        if (!strstr(name, "vdso"))
            printf(" %s", !*name ? "PROGRAM" : strncmp(name, "ld-", 3) ? name : "LOADER");
        if (map->l_prev != last)
            printf(" (broken)");
    }
    puts("");
}

int main(void) {
    Lmid_t number;
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    show(dlopen(NULL, RTLD_NOW));
    show(handle);
    dlinfo(handle, RTLD_DI_LMID, &number);
    void *third = dlmopen(number, "./libthird.so", RTLD_NOW);
    show(third);
    void *here = dlopen("./libthird.so", RTLD_NOW);
    show(here);
    dlclose(third);
    show(handle);
    struct link_map *map;
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    printf("the handle is its map %d\n", (void *)map == handle);
}
//#File:lib.c
#include <stdlib.h>
extern int second(void);
int lib(void) { return second() + rand(); }
//#File:second.c
int second(void) { return 2; }
//#File:third.c
#include <stdlib.h>
int third(void) { return rand(); }
