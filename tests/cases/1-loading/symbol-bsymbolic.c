// DT_SYMBOLIC (-Bsymbolic): the library uses its own definitions, also those the linker left to the loader.
//#Shared:lib.c:-Wl,-Bsymbolic
//#Flags:-rdynamic
//#Script:readelf -dW liblib.so | grep -q SYMBOLIC
//#Expect:program library
#include <stdio.h>

const char *name(void) { return "program"; }
const char *library_name(void);

int main(void) { printf("%s %s\n", name(), library_name()); }
//#File:lib.c
const char *name(void) { return "library"; }
const char *library_name(void) { return name(); }
