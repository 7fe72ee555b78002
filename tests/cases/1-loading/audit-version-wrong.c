// An auditor that asks for a newer version than there is: a message, and the program goes on without it.
//#Oracle:glibc>=2.36 2.31's fails an assertion
//#Copy:tests/runner/auditor.h
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Stderr:ERROR: audit interface './libaudit.so' requires version 99 (maximum supported version
//#Exit:0
#include <stdio.h>

int main(void) { puts("main"); }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return 99; }
void la_preinit(uintptr_t *cookie) { say("preinit\n"); }
