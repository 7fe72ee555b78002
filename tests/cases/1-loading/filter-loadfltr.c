// DF_1_LOADFLTR (-z loadfltr) asks for the filtee at once, which happens anyway; an interposed symbol still wins over both.
//#Plugin:filtee.c
//#Shared:lib.c:-Wl,-F,libfiltee.so -Wl,-z,loadfltr
//#Script:readelf -dW liblib.so | grep -q LOADFLTR
//#Flags:-rdynamic
#include <stdio.h>

const char *name(void), *ask(void), *interposed(void), *ask_interposed(void);
const char *interposed(void) { return "program"; }

int main(void) { dprintf(1, "%s %s %s\n", name(), ask(), ask_interposed()); }
//#File:filtee.c
#include <stdio.h>
const char *name(void) { return "filtee"; }
const char *interposed(void) { return "filtee"; }
__attribute__((constructor)) static void begin(void) { dprintf(1, "+filtee\n"); }
//#File:lib.c
const char *name(void) { return "filter"; }
const char *interposed(void) { return "filter"; }
const char *ask(void) { return name(); }
const char *ask_interposed(void) { return interposed(); }
