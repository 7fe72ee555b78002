// A function pointer in the library's data follows the update; one that the program has set stays as it was set.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Send:ask
//#Expect:old old program's
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:new new program's
#include <stdio.h>

extern const char *(*table[2])(void);
const char *ask_constant(void);
static const char *mine(void) { return "program's"; }

int main(void) {
    char line[100];
    table[1] = mine;
    while (fgets(line, sizeof line, stdin)) {
        printf("%s %s %s\n", table[0](), ask_constant(), table[1]());
        fflush(stdout);
    }
}
//#File:lib.c
#ifdef NEW
#define WORD "new"
#else
#define WORD "old"
#endif
static const char *zero(void) { return WORD; }
static const char *one(void) { return WORD; }
const char *(*table[2])(void) = {zero, one};
static const char *(*const constants[2])(void) = {zero, one};
const char *ask_constant(void) { return constants[1](); }
