// DT_DEPAUDIT of the program (ld --depaudit, and what ld took over from DT_AUDIT of a library); DT_AUDIT of a library that is
// opened later is not looked at.
//#Requires:glibc>=2.32
//#Copy:tests/runner/auditor.h
//#Plugin:one.c
//#Plugin:libtwo.so=one.c:-DNAME='"two"'
//#Plugin:libthree.so=one.c:-DNAME='"three"'
//#Shared:lib.c:-Wl,--audit,./libtwo.so
//#Plugin:late.c:-Wl,--audit,./libthree.so -Wl,--depaudit,./libthree.so
//#Flags:-Wl,--depaudit,./libone.so
#include <dlfcn.h>
#include <stdio.h>

int main(void) { dprintf(1, "late %d\n", dlopen("./liblate.so", RTLD_NOW) != NULL); }
//#File:lib.c
int lib;
//#File:late.c
int late;
//#File:one.c
#include "auditor.h"
#ifndef NAME
#define NAME "one"
#endif
unsigned la_version(unsigned version) {
    say("%s: version\n", NAME);
    return version;
}
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    if (strstr(map->l_name, "/libl"))
        say("%s: %s\n", NAME, base(map->l_name));
    return 0;
}
