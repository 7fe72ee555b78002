// A symbol with two versions: a new program gets the default one (@@).
//#Shared:lib.c:-Wl,--version-script=lib.map
//#Script:readelf --dyn-syms -W prog | grep -q 'value@V2'
//#Expect:2
#include <stdio.h>

int value(void);

int main(void) { printf("%d\n", value()); }
//#File:lib.c
__asm__(".symver value1, value@V1\n.symver value2, value@@V2");
int value1(void) { return 1; }
int value2(void) { return 2; }
//#File:lib.map
V1 { };
V2 { global: value; local: *; } V1;
