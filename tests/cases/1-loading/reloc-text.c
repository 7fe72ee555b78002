// Relocations in the text segment (DT_TEXTREL): made writable for them, executable afterwards.
//#Requires:ld:-z,notext
//#Shared:lib.c:-Wl,-z,notext -Wl,--warn-textrel -mcmodel=large -fno-pic
//#Script:readelf -dW liblib.so | grep -q TEXTREL
//#Expect:12
#include <stdio.h>

int compute(void);

int main(void) { printf("%d\n", compute()); }
//#File:lib.c
int number = 5;
int *where(void) { return &number; }
int compute(void) { return *where() + 7; }
