// Auditors that cannot be loaded, for a missing symbol, a missing dependency, or as they are no library: a message for each.
//#Copy:tests/runner/auditor.h
//#Plugin:gone.c
//#Plugin:symbol.c:-Wl,-z,now
//#Plugin:dependent.c:./libgone.so
//#Plugin:good.c
//#Script:rm libgone.so; i=0; while [ $i -lt 50 ]; do echo this is a text; i=$((i + 1)); done > libtext.so
//#Env:LD_AUDIT=./libsymbol.so:./libdependent.so:./libtext.so:./libgood.so
//#Wrap:"$@" 2>&1
//#Exit:0
#include <stdio.h>

int main(void) { puts("main"); }
//#File:gone.c
int gone;
//#File:symbol.c
#include "auditor.h"
extern int nowhere(void);
unsigned la_version(unsigned version) { return nowhere(); }
//#File:dependent.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
//#File:good.c
#include "auditor.h"
unsigned la_version(unsigned version) {
    say("good\n");
    return version;
}
void la_preinit(uintptr_t *cookie) { say("preinit\n"); }
