// --relax-check takes step by step what is refused otherwise: a constructor with other code is taken from level 2 on, a variable of another
// size never.
//#Shared:lib.c
//#Version:2:lib.c:-DCONSTRUCTED=2
//#Version:3:lib.c:-DCONSTRUCTED=2 -DSIZE=5
//#Env:LD_RELAX_CHECK=2
//#Send:ask
//#Expect:1 constructed 1
//#Update:liblib.so=3
//#Status:FAILED (new version is incompatible: 
//#Update:liblib.so=2
//#Status:updated to new version
//#Reject:constructed 2
//#Send:ask
//#Expect:2 constructed 1
#include <stdio.h>

int answer(void);
int constructed(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        printf("%d constructed %d\n", answer(), constructed());
        fflush(stdout);
    }
}
//#File:lib.c
#ifndef CONSTRUCTED
#define CONSTRUCTED 1
#endif
#ifndef SIZE
#define SIZE 4
#endif
static volatile int value[SIZE];
__attribute__((constructor)) static void begin(void) { value[0] = CONSTRUCTED; }
int constructed(void) { return value[0]; }
int answer(void) { return CONSTRUCTED; }
