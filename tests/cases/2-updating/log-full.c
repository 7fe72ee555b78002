// What a log on a full file system does not take goes to standard error.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Env:LD_LOGFILE=/dev/full
//#Env:LD_LOGLEVEL=5
//#Send:ask
//#Expect:old
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:new
//#Message:updated to new version
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
