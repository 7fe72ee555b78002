// What stands in .data and .bss survives the update, and the program's pointers into it stay good.
//#Shared:lib.c
//#Version:2:lib.c:-DSTEP=10
//#Send:next
//#Expect:101 1 same
//#Send:next
//#Expect:102 2 same
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:next
//#Expect:112 12 same
//#Update:liblib.so=1
//#Status:reverted to version 1
//#Send:next
//#Expect:113 13 same
#include <stdio.h>

void step(int *, int *);
int *where(void);

int main(void) {
    char line[100];
    int *first = where(), data, zero; // new code has the same variable at another address too
    while (fgets(line, sizeof line, stdin)) {
        step(&data, &zero);
        printf("%d %d %s\n", data, zero, *first == data ? "same" : "lost");
        fflush(stdout);
    }
}
//#File:lib.c
#ifndef STEP
#define STEP 1
#endif
static int data = 100, zero;
int *where(void) { return &data; }
void step(int *a, int *b) {
    *a = data += STEP;
    *b = zero += STEP;
}
