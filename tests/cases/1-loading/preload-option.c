// By name, --preload does what LD_PRELOAD does, and both together.
//#By:name
//#Requires:glibc>=2.30
//#Plugin:a.c
//#Plugin:b.c
//#Loader:--preload ./libb.so
//#Env:LD_PRELOAD=./liba.so
#include <stdio.h>

const char *a(void) __attribute__((weak));
const char *b(void) __attribute__((weak));
const char *both(void) __attribute__((weak));

int main(void) { printf("%s %s %s\n", a ? a() : "none", b ? b() : "none", both ? both() : "none"); }
//#File:a.c
const char *a(void) { return "a"; }
const char *both(void) { return "from a"; }
//#File:b.c
const char *b(void) { return "b"; }
const char *both(void) { return "from b"; }
