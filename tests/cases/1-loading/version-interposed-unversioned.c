// A versioned reference is satisfied by an unversioned library that stands earlier in the scope.
//#Shared:lib.c:-Wl,--version-script=lib.map
//#Plugin:other.c
//#Env:LD_PRELOAD=./libother.so
//#Expect:other
#include <stdio.h>

const char *value(void);

int main(void) { puts(value()); }
//#File:lib.c
const char *value(void) { return "lib"; }
//#File:other.c
const char *value(void) { return "other"; }
//#File:lib.map
V1 { global: value; };
