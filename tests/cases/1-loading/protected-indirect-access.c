// A library that demands indirect access (-mno-direct-extern-access): a program that copies its protected data is refused.
//#Requires:cc:-mno-direct-extern-access
//#Requires:glibc>=2.35
//#NoPie
//#Flags:-fno-pic
//#Shared:lib.c:-DPLAIN
//#Script:gcc -O1 -shared -fPIC -mno-direct-extern-access -Wl,-soname,liblib.so -o liblib.so lib.c
//#Script:readelf -nW liblib.so | grep -qi 'indirect external access'
//#Exit:127
//#Stderr:error due to GNU_PROPERTY_1_NEEDED_INDIRECT_EXTERN_ACCESS
#include <stdio.h>

extern int number;
int library_number(void);

int main(void) { printf("%d %d\n", number, library_number()); }
//#File:lib.c
#ifdef PLAIN
int number = 3;
#else
__attribute__((visibility("protected"))) int number = 3;
#endif
int library_number(void) { return number; }
