// --relax-check 1 lets missing evidence through only: a constructor with other code is refused.
//#Shared:lib.c
//#Version:2:lib.c:-DCONSTRUCTED=2
//#Env:LD_RELAX_CHECK=1
//#Send:ask
//#Expect:1 constructed 1
//#Update:liblib.so=2
//#Status:a function in DT_INIT_ARRAY changes: `begin'
//#Reject:constructed 2
//#Send:ask
//#Expect:1 constructed 1
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
