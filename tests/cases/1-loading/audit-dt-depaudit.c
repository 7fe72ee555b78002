// DT_DEPAUDIT of the program (ld --depaudit); DT_AUDIT and DT_DEPAUDIT of a library it needs are not looked at.
//#Copy:tests/runner/auditor.h
//#Plugin:one.c
//#Plugin:libtwo.so=one.c:-DNAME='"two"'
//#Shared:lib.c:-Wl,--audit,./libtwo.so -Wl,--depaudit,./libtwo.so
//#Flags:-Wl,--depaudit,./libone.so
#include <stdio.h>

int main(void) { dprintf(1, "main\n"); }
//#File:lib.c
int lib;
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
    if (strstr(map->l_name, "liblib"))
        say("%s: %s\n", NAME, base(map->l_name));
    return 0;
}
