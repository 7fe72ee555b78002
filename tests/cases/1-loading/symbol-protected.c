// Protected visibility: the library keeps its own, others see the interposed one.
//#Shared:lib.c
//#Flags:-rdynamic
//#Expect:program library
#include <stdio.h>

const char *name(void) { return "program"; }
const char *library_name(void);

int main(void) { printf("%s %s\n", name(), library_name()); }
//#File:lib.c
__attribute__((visibility("protected"))) const char *name(void) { return "library"; }
const char *library_name(void) { return name(); }
