// The new version has functions and read-only data that the old one lacks, and a symbol version of its own.
//#Shared:lib.c:-Wl,-z,now -Wl,--version-script=one.map
//#Version:2:lib.c:-DNEW -Wl,-z,now -Wl,--version-script=two.map
//#Send:ask
//#Expect:old
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:a longer text of the new version, from a new function
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
static const char *const texts[] = {"zero", "a longer text of the new version, from a new function"};
const char *added(int n) { return texts[n]; }
const char *answer(void) { return added(1); }
#else
const char *answer(void) { return "old"; }
#endif
//#File:one.map
V1 { global: answer; local: *; };
//#File:two.map
V1 { global: answer; local: *; };
V2 { global: added; } V1;
