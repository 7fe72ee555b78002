// A program that asks for the old version of a symbol gets the hidden one (@).
//#Shared:lib.c:-Wl,--version-script=lib.map
//#Script:readelf --dyn-syms -W prog | grep -q 'value@V1'
//#Expect:1
#include <stdio.h>

__asm__(".symver value, value@V1");
int value(void);

int main(void) { printf("%d\n", value()); }
//#File:lib.c
__asm__(".symver value1, value@V1\n.symver value2, value@@V2");
int value1(void) { return 1; }
int value2(void) { return 2; }
//#File:lib.map
V1 { };
V2 { global: value; local: *; } V1;
