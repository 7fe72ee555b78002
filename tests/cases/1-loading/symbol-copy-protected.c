// A COPY relocation against a protected variable: both programs and messages as under glibc.
//#NoPie
//#Flags:-fno-pic -Wl,-z,noextern-protected-data
//#Requires:ld:-z,noextern-protected-data
//#Shared:lib.c:-DPLAIN
//#Script:gcc -O1 -shared -fPIC -Wl,-soname,liblib.so -o liblib.so lib.c
#include <stdio.h>

extern int number;
int library_number(void);

int main(void) {
    number = 5;
    printf("%d %d\n", number, library_number());
}
//#File:lib.c
#ifdef PLAIN
int number = 3;
#else
__attribute__((visibility("protected"))) int number = 3;
#endif
int library_number(void) { return number; }
