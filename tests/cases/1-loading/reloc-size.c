// R_X86_64_SIZE64 and R_X86_64_SIZE32: the size of a symbol of another library.
//#Shared:data.c
//#Shared:lib.c:./libdata.so
//#Script:readelf -rW liblib.so | grep -q R_X86_64_SIZE64; readelf -rW liblib.so | grep -q R_X86_64_SIZE32
//#Expect:48 52
#include <stdio.h>

extern unsigned long size64;
extern unsigned int size32;

int main(void) { printf("%lu %u\n", size64, size32); }
//#File:lib.c
__asm__(".data\n.globl size64, size32\n.type size64, @object\n.size size64, 8\n.type size32, @object\n.size size32, 4\n"
        ".balign 8\nsize64: .quad table@SIZE\nsize32: .long table@SIZE + 4\n.text\n");
//#File:data.c
char table[48];
