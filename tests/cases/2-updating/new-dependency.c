// The new version needs a library that was not loaded before.
//#Shared:lib.c:-Wl,-z,now
//#Plugin:extra.c
//#Version:2:lib.c:-DNEW -Wl,-z,now ./libextra.so
//#Send:ask
//#Expect:old
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:from the new dependency
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
const char *extra(void);
#ifdef NEW
const char *answer(void) { return extra(); }
#else
const char *answer(void) { return "old"; }
#endif
//#File:extra.c
const char *extra(void) { return "from the new dependency"; }
