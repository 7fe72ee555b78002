// R_X86_64_COPY: the program's copy of a variable is the one that the library uses.
//#NoPie
//#Shared:lib.c
//#Flags:-fno-pic
//#Script:readelf -rW prog | grep -q 'R_X86_64_COPY .*table'
//#Expect:1 2 3 4
//#Expect:9 1
#include <stdio.h>

extern int table[4];
int first(void);
int *address(void);

int main(void) {
    printf("%d %d %d %d\n", table[0], table[1], table[2], table[3]);
    table[0] = 9;
    printf("%d %d\n", first(), address() == table);
}
//#File:lib.c
int table[4] = {1, 2, 3, 4};
int first(void) { return table[0]; }
int *address(void) { return table; }
