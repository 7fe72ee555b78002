// Empty elements of LD_AUDIT are skipped, and an empty value is none.
//#Copy:tests/runner/auditor.h
//#Plugin:audit.c
//#Env:LD_AUDIT=::./libaudit.so:
//#Wrap:"$@" 2>&1
#include <stdio.h>

int main(void) { puts("main"); }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) {
    say("version\n");
    return version;
}
