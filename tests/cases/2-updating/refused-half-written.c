// Half of a file is not loaded; when the whole of it is there, it is.
//#Shared:lib.c
//#Version:3:lib.c:-DNEW
//#Script:mkdir -p versions/2; head -c $(($(stat -c %s versions/3/liblib.so) / 2)) versions/3/liblib.so > versions/2/liblib.so
//#Send:ask
//#Expect:old
//#Update:liblib.so=2:inplace
//#Status:ERROR (
//#Send:ask
//#Expect:old
//#Update:liblib.so=3:inplace
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
