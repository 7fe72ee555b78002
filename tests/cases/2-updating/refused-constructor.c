// A new version with another constructor is refused.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
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
#ifdef NEW
__attribute__((constructor)) static void begin(void) { __asm__ volatile(""); }
const char *answer(void) { return "new"; }
#else
const char *answer(void) { return "old"; }
#endif
