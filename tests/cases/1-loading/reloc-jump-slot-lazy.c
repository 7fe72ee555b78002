// R_X86_64_JUMP_SLOT bound at the first call.
//#Shared:lib.c:-Wl,-z,lazy
//#Flags:-Wl,-z,lazy
//#Script:readelf -rW prog | grep -q 'R_X86_64_JUMP_SLO.*twice'; ! readelf -dW prog | grep -q BIND_NOW
//#Expect:4 8
#include <stdio.h>

int twice(int);

int main(void) { printf("%d %d\n", twice(2), twice(4)); }
//#File:lib.c
#include <stdlib.h>
int twice(int n) { return abs(n) * 2; }
