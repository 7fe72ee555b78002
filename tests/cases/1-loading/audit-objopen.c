// la_objopen at the start: every object once, in the order of loading, with its namespace and its link map as the first cookie.
//#Copy:tests/runner/auditor.h
//#Shared:base.c
//#Shared:lib.c:./libbase.so
//#Plugin:pre.c
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Env:LD_PRELOAD=./libpre.so
#include <stdio.h>

int main(void) { puts("main"); }
//#File:base.c
int base;
//#File:lib.c
int lib;
//#File:pre.c
int pre;
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    if (strstr(map->l_name, "vdso"))
        return 0;
    say("%s in %ld, cookie %s, dynamic section %s\n", base(map->l_name), number, *cookie == (uintptr_t)map ? "is the map" : "is other",
        map->l_ld ? "there" : "missing");
    return 0;
}
