// DT_AUXILIARY (ld -f): what the filtee has is taken from it, the rest from the library; a missing filtee is no error.
//#Plugin:filtee.c
//#Shared:lib.c:-Wl,-f,libfiltee.so
//#Shared:other.c:-Wl,-f,libnone.so
#include <stdio.h>

const char *both(void), *only_filter(void), *other(void);
const char *only_filtee(void) __attribute__((weak));

int main(void) { printf("%s, %s, %s, %s\n", both(), only_filter(), other(), only_filtee ? only_filtee() : "not there"); }
//#File:filtee.c
const char *both(void) { return "both of the filtee"; }
const char *only_filtee(void) { return "only of the filtee"; }
//#File:lib.c
const char *both(void) { return "both of the library"; }
const char *only_filter(void) { return "only of the library"; }
//#File:other.c
const char *other(void) { return "without a filtee"; }
