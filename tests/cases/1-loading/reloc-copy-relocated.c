// R_X86_64_COPY of a variable that is itself relocated: the copy is made after the library's own relocation.
//#NoPie
//#Shared:lib.c
//#Flags:-fno-pic
//#Script:readelf -rW prog | grep -q 'R_X86_64_COPY .*pointer'
//#Expect:77
#include <stdio.h>

extern int *pointer;

int main(void) { printf("%d\n", *pointer); }
//#File:lib.c
static int number = 77;
int *pointer = &number;
