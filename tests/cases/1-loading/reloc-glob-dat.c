// R_X86_64_GLOB_DAT: the address of a variable through the global offset table.
//#Shared:data.c
//#Shared:lib.c:./libdata.so
//#Script:readelf -rW liblib.so | grep -q 'R_X86_64_GLOB_DAT .*number'
//#Expect:5
//#Expect:6
#include <stdio.h>

int read_number(void);
extern int number;

int main(void) {
    printf("%d\n", read_number());
    number++;
    printf("%d\n", read_number());
}
//#File:lib.c
extern int number;
int read_number(void) { return number; }
//#File:data.c
int number = 5;
