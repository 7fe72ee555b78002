// RELRO: relocated constants are read-only once the program runs.
//#Shared:lib.c:-Wl,-z,relro,-z,now
//#Exit:139
//#Expect:value 5
//#Expect:writing
#include <stdio.h>

extern int *const pointer;

int main(void) {
    printf("value %d\n", *pointer);
    puts("writing");
    fflush(stdout);
    *(int *volatile *)&pointer = NULL;
    puts("written");
}
//#File:lib.c
static int five = 5;
int *const pointer = &five;
