// A new version without a function that somebody is bound to is refused, and a later good one is taken.
//#Shared:lib.c
//#Version:2:lib.c:-DGONE
//#Version:3:lib.c:-DNEW
//#Send:ask
//#Expect:old 4
//#Update:liblib.so=2
//#Status:FAILED (new version is incompatible: 
//#Send:ask
//#Expect:old 4
//#Update:liblib.so=3
//#Status:updated to new version
//#Send:ask
//#Expect:new 4
#include <stdio.h>

const char *answer(void);
int four(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        printf("%s %d\n", answer(), four());
        fflush(stdout);
    }
}
//#File:lib.c
#ifndef GONE
int four(void) { return 4; }
#endif
#ifdef NEW
const char *answer(void) { return "new"; }
#else
const char *answer(void) { return "old"; }
#endif
