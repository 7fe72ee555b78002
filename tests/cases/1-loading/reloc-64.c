// R_X86_64_64: a pointer in data to a symbol of another library, with an addend.
//#Shared:data.c
//#Shared:lib.c:./libdata.so
//#Script:readelf -rW liblib.so | grep -q 'R_X86_64_64 .*table + 8'
//#Expect:2
//#Expect:called
#include <stdio.h>

extern int *second;
extern void (*function)(void);

int main(void) {
    printf("%d\n", *second);
    function();
}
//#File:lib.c
extern int table[];
void say(void);
int *second = &table[2];
void (*function)(void) = say;
//#File:data.c
#include <stdio.h>
int table[] = {0, 1, 2, 3};
void say(void) { puts("called"); }
