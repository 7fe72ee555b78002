// An IFUNC of the program that a library calls, lazily bound.
//#Shared:lib.c:-Wl,-z,lazy
//#Flags:-Wl,--export-dynamic
//#Expect:program's program's
#include <stdio.h>

const char *call(void);
static const char *right(void) { return "program's"; }
static void *choose(void) { return right; }
const char *chosen(void) __attribute__((ifunc("choose")));

int main(void) { printf("%s %s\n", chosen(), call()); }
//#File:lib.c
const char *chosen(void);
const char *call(void) { return chosen(); }
