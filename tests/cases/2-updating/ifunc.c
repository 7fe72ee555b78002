// The new version chooses its IFUNC by its own resolver.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Send:ask
//#Expect:old old
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:new new
#include <stdio.h>

const char *answer(void), *inside(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        printf("%s %s\n", answer(), inside());
        fflush(stdout);
    }
}
//#File:lib.c
#ifdef NEW
static const char *chosen(void) { return "new"; }
#else
static const char *chosen(void) { return "old"; }
#endif
static void *choose(void) { return chosen; }
const char *answer(void) __attribute__((ifunc("choose")));
const char *inside(void) { return answer(); }
