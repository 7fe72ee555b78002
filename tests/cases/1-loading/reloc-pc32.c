// R_X86_64_PC32: the distance to a symbol of another library, in writable data.
//#Requires:ld:-z,noreloc-overflow
//#Shared:data.c
//#Shared:lib.c:./libdata.so -Wl,-z,noreloc-overflow
//#Script:readelf -rW liblib.so | grep -q R_X86_64_PC32
//#Expect:1
#include <stdio.h>

int check(void);

int main(void) { printf("%d\n", check()); }
//#File:lib.c
__asm__(".data\n.globl near\n.type near, @object\n.size near, 4\n.balign 4\nnear: .long target - .\n.text\n");
extern int near, target;
int check(void) { return (char *)&near + near == (char *)&target; }
//#File:data.c
int target = 1;
