// A function that is called for the first time (lazily bound) after the update is the new one.
//#Shared:lib.c:-Wl,-z,lazy
//#Flags:-Wl,-z,lazy
//#Version:2:lib.c:-DNEW -Wl,-z,lazy
//#Send:first
//#Expect:old first
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:second
//#Expect:new second
#include <stdio.h>

const char *first(void), *second(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        puts(line[0] == 'f' ? first() : second());
        fflush(stdout);
    }
}
//#File:lib.c
#ifdef NEW
#define WORD "new"
#else
#define WORD "old"
#endif
const char *first(void) { return WORD " first"; }
const char *second(void) { return WORD " second"; }
