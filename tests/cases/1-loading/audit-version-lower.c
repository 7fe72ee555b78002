// An auditor that asks for an older version of the interface is accepted.
//#Copy:tests/runner/auditor.h
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
#include <stdio.h>

int main(void) { puts("main"); }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version > 1 ? version - 1 : version; }
void la_preinit(uintptr_t *cookie) { say("preinit\n"); }
