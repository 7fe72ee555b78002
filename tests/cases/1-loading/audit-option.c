// By name, --audit names auditors too; with LD_AUDIT beside it, both are used.
//#By:name
//#Copy:tests/runner/auditor.h
//#Plugin:one.c
//#Plugin:libtwo.so=one.c:-DNAME='"two"'
//#Plugin:libthree.so=one.c:-DNAME='"three"'
//#Loader:--audit ./libtwo.so:./libthree.so
//#Env:LD_AUDIT=./libone.so
#include <stdio.h>

int main(void) { dprintf(1, "main\n"); }
//#File:one.c
#include "auditor.h"
#ifndef NAME
#define NAME "one"
#endif
unsigned la_version(unsigned version) {
    say("%s: version\n", NAME);
    return version;
}
void la_preinit(uintptr_t *cookie) { say("%s: preinit of %s\n", NAME, named(cookie)); }
