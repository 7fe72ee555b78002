// A new version with other thread-local storage is refused.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Send:ask
//#Expect:old 1
//#Update:liblib.so=2
//#Status:FAILED (new version is incompatible: 
//#Send:ask
//#Expect:old 2
#include <stdio.h>

const char *answer(void);
int count(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        printf("%s %d\n", answer(), count());
        fflush(stdout);
    }
}
//#File:lib.c
static __thread int value;
#ifdef NEW
__thread int other[100];
int count(void) { return ++value + other[value]; }
const char *answer(void) { return "new"; }
#else
int count(void) { return ++value; }
const char *answer(void) { return "old"; }
#endif
