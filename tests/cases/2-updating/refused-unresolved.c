// A new version that needs a symbol which is nowhere is refused.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW -Wl,-z,now
//#Send:ask
//#Expect:old
//#Update:liblib.so=2
//#Status:FAILED (new version is incompatible: 
//#Send:ask
//#Expect:old
#include <stdio.h>

const char *answer(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        puts(answer());
        fflush(stdout);
    }
}
//#File:lib.c
const char *nowhere_to_be_found(void);
#ifdef NEW
const char *answer(void) { return nowhere_to_be_found(); }
#else
const char *answer(void) { return "old"; }
#endif
