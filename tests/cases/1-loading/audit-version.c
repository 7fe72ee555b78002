// LD_AUDIT: la_version is called first, with the loader's version, and the program runs as without.
//#Copy:tests/runner/auditor.h
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
#include <stdio.h>

int main(void) { puts("main"); }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) {
    say("version %s\n", version == LAV_CURRENT ? "current" : "another");
    return version;
}
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    static int calls;
    if (!calls++)
        say("objopen\n");
    return 0;
}
