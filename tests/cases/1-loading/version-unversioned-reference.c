// A reference without version, made against an unversioned library, finds in the versioned one the base or oldest definition.
//#Shared:lib.c:-DPLAIN
//#Script:gcc -shared -fPIC -Wl,-soname,liblib.so -Wl,--version-script=lib.map -o liblib.so lib.c
#include <stdio.h>

int value(void), other(void);

int main(void) { printf("%d %d\n", value(), other()); }
//#File:lib.c
#ifdef PLAIN
int value(void) { return 0; }
int other(void) { return 0; }
#else
__asm__(".symver value1, value@V1\n.symver value2, value@@V2");
int value1(void) { return 1; }
int value2(void) { return 2; }
int other(void) { return 3; }
#endif
//#File:lib.map
V1 { };
V2 { global: value; other; local: *; } V1;
