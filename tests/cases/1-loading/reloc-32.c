// R_X86_64_32: a four-byte address, which only a symbol of a non-PIE program fits into.
//#NoPie
//#Requires:ld:-z,noreloc-overflow
//#Shared:lib.c:-Wl,-z,noreloc-overflow
//#Flags:-Wl,--export-dynamic
//#Script:readelf -rW liblib.so | grep -q 'R_X86_64_32 '
//#Expect:same
#include <stdio.h>

int target = 1;
extern unsigned int low;

int main(void) { puts(low == (unsigned long)&target ? "same" : "differs"); }
//#File:lib.c
__asm__(".data\n.globl low\n.type low, @object\n.size low, 4\n.balign 4\nlow: .long target\n.text\n");
