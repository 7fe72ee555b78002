// DF_1_INTERPOSE (-z interpose) changes nothing in glibc: the order of the search is that of the chain, preloaded libraries first.
//#Shared:plain.c
//#Shared:second.c:-Wl,-z,interpose
//#Shared:third.c:-Wl,-z,interpose
//#Plugin:pre.c
//#Env:LD_PRELOAD=./libpre.so
//#Script:readelf -dW libthird.so | grep -q INTERPOSE
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

const char *a(void), *b(void), *c(void), *d(void), *plain_asks(void);
const char *d(void) { return "program"; }

int main(void) {
    printf("%s %s %s %s, %s\n", a(), b(), c(), d(), plain_asks());
    struct link_map *map;
    dlinfo(dlopen(NULL, RTLD_NOW), RTLD_DI_LINKMAP, &map);
    for (map = map->l_next; map; map = map->l_next)
        if (strstr(map->l_name, "plain") || strstr(map->l_name, "second") || strstr(map->l_name, "third") || strstr(map->l_name, "libpre"))
            puts(strrchr(map->l_name, '/'));
}
//#File:plain.c
const char *a(void) { return "plain"; }
const char *b(void) { return "plain"; }
const char *c(void) { return "plain"; }
const char *d(void) { return "plain"; }
const char *plain_asks(void) { return a(); }
//#File:second.c
const char *a(void) { return "second"; }
const char *b(void) { return "second"; }
const char *d(void) { return "second"; }
//#File:third.c
const char *a(void) { return "third"; }
const char *b(void) { return "third"; }
const char *c(void) { return "third"; }
//#File:pre.c
const char *b(void) { return "preloaded"; }
