// An exported variable that the program reads directly (a COPY in the program) stays one variable across the update.
//#NoPie
//#Flags:-fno-pic
//#Shared:lib.c
//#Version:2:lib.c:-DSTEP=10
//#Send:next
//#Expect:6
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:next
//#Expect:16
#include <stdio.h>

extern int number;
void step(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        step();
        printf("%d\n", number);
        fflush(stdout);
    }
}
//#File:lib.c
#ifndef STEP
#define STEP 1
#endif
int number = 5;
void step(void) { number += STEP; }
