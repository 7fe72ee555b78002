// R_X86_64_JUMP_SLOT bound before the program starts (-z now).
//#Shared:lib.c:-Wl,-z,now
//#Flags:-Wl,-z,now -fplt
//#Script:readelf -dW liblib.so | grep -q 'BIND_NOW\|NOW'
//#Expect:4 8
#include <stdio.h>

int twice(int);

int main(void) { printf("%d %d\n", twice(2), twice(4)); }
//#File:lib.c
#include <stdlib.h>
int twice(int n) { return abs(n) * 2; }
