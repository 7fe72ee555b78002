// Constructors of a new version are not run; destructors run once, those of the current version.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Expect:constructor
//#Send:ask
//#Expect:old
//#Update:liblib.so=2
//#Status:updated to new version
//#Reject:constructor
//#Reject:destructor of old
//#Send:ask
//#Expect:new
//#Send:end
//#Expect:destructor of new
#include <stdio.h>

const char *answer(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin) && line[0] != 'e') {
        puts(answer());
        fflush(stdout);
    }
}
//#File:lib.c
#include <stdio.h>
#ifdef NEW
#define WORD "new"
#else
#define WORD "old"
#endif
__attribute__((constructor)) static void begin(void) { puts("constructor"); fflush(stdout); }
// the destructor itself stays as it is, or the new version would be refused
const char *answer(void) { return WORD; }
__attribute__((destructor)) static void end(void) { printf("destructor of %s\n", answer()); }
