// The library's file is deleted and written anew.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Send:ask
//#Expect:old
//#Update:liblib.so=2:recreate
//#Status:updated to new version
//#Send:ask
//#Expect:new
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
const char *answer(void) { return "new"; }
#else
const char *answer(void) { return "old"; }
#endif
