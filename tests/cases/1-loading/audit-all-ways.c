// The order of all ways to name an auditor: LD_AUDIT, then DT_AUDIT, then DT_DEPAUDIT; one that is named twice is there twice.
//#Requires:glibc>=2.32
//#Copy:tests/runner/auditor.h
//#Plugin:one.c
//#Plugin:libtwo.so=one.c:-DNAME='"two"'
//#Plugin:libthree.so=one.c:-DNAME='"three"'
//#Flags:-Wl,--audit,./libtwo.so -Wl,--depaudit,./libthree.so:./libnone.so:./libone.so
//#Env:LD_AUDIT=./libone.so
//#Wrap:"$@" 2>&1
#include <stdio.h>

int main(void) { dprintf(1, "main\n"); }
//#File:one.c
#include "auditor.h"
#ifndef NAME
#define NAME "one"
#endif
static int count;
unsigned la_version(unsigned version) {
    say("%s: version, call %d\n", NAME, ++count);
    return version;
}
void la_preinit(uintptr_t *cookie) { say("%s: preinit\n", NAME); }
