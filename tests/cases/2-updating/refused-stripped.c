// Where names are missing the code tells which variable is which: a new version that exchanges two of them is refused, one with other
// code is taken.
//#Shared:lib.c:-s
//#Version:2:lib.c:-DEXCHANGED -s
//#Version:3:lib.c:-DNEW -s
//#Send:ask
//#Expect:old 1 100
//#Update:liblib.so=2
//#Status:a variable without name moves within the writable data from
//#Send:ask
//#Expect:old 2 200
//#Update:liblib.so=3
//#Status:updated to new version
//#Send:ask
//#Expect:new 3 300
#include <stdio.h>

const char *word(void);
long count(void);
long sum(long);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        long counted = count();
        printf("%s %ld %ld\n", word(), counted, sum(100));
        fflush(stdout);
    }
}
//#File:lib.c
#ifdef EXCHANGED
static long total, counter;
#else
static long counter, total;
#endif
#ifdef NEW
const char *word(void) { return "new"; }
#else
const char *word(void) { return "old"; }
#endif
long count(void) { return ++counter; }
long sum(long x) { return total += x; }
