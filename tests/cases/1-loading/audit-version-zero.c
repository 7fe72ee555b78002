// An auditor whose la_version returns 0 is not used: its destructor runs, no other function of it is called, nothing is said.
//#Oracle:glibc>=2.36 2.31's fails an assertion
//#Copy:tests/runner/auditor.h
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Wrap:"$@" 2>&1
#include <stdio.h>

int main(void) { puts("main"); }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) {
    say("refuse\n");
    return 0;
}
void la_activity(uintptr_t *cookie, unsigned flag) { say("activity\n"); }
void la_preinit(uintptr_t *cookie) { say("preinit\n"); }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) { return say("objopen\n"); }
__attribute__((constructor)) static void begin(void) { say("constructor\n"); }
__attribute__((destructor)) static void end(void) { say("destructor\n"); }
