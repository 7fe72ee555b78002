// The library is a symbolic link that is switched to another file.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Send:ask
//#Expect:old
//#Update:liblib.so=2:symlink
//#Status:updated to new version
//#Send:ask
//#Expect:new
//#Update:liblib.so=1:symlink
//#Status:reverted to version 1
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
const char *answer(void) { return "new"; }
#else
const char *answer(void) { return "old"; }
#endif
