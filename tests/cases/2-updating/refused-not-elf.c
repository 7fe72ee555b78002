// A file that is no ELF file is not loaded; a good one afterwards is.
//#Shared:lib.c
//#Version:3:lib.c:-DNEW
//#Script:mkdir -p versions/2; for i in 1 2 3 4 5 6 7 8 9; do echo this is a text and nothing else; done > versions/2/liblib.so
//#Send:ask
//#Expect:old
//#Update:liblib.so=2
//#Status:ERROR (unsupported format
//#Send:ask
//#Expect:old
//#Update:liblib.so=3
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
