// A new version with more writable data is refused with its reason, and the old one goes on.
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
#ifdef NEW
int more[5000] = {1};
static int value;
int count(void) { return ++value + more[value]; }
const char *answer(void) { return "new"; }
#else
static int value;
int count(void) { return ++value; }
const char *answer(void) { return "old"; }
#endif
