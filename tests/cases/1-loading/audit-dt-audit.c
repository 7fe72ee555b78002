// DT_AUDIT of the program (ld --audit): its auditors are loaded, one after the other.
//#Requires:glibc>=2.32
//#Copy:tests/runner/auditor.h
//#Plugin:one.c
//#Plugin:libtwo.so=one.c:-DNAME='"two"'
//#Flags:-Wl,--audit,./libone.so:./libtwo.so
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
