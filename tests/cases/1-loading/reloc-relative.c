// R_X86_64_RELATIVE: pointers to the library's own data and functions.
//#Shared:lib.c
//#Script:readelf -rW liblib.so | grep -q R_X86_64_RELATIVE
//#Expect:two
#include <stdio.h>

const char *name(int);

int main(void) { puts(name(2)); }
//#File:lib.c
static const char *const names[] = {"zero", "one", "two"};
const char *name(int n) { return names[n]; }
