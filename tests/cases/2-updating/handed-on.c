// A function that a constructor hands on may change; the pointer to it that the program keeps goes on meaning the old one.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Send:ask
//#Expect:old 4
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:new 8
#include <stdio.h>

const char *answer(void);
int state(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        printf("%s %d\n", answer(), state());
        fflush(stdout);
    }
}
//#File:lib.c
#ifdef NEW
#define WORD "new"
#define STEP 5
#else
#define WORD "old"
#define STEP 4
#endif
static int value;
static void step(void) { value += STEP; }
static void (*handler)(void);
__attribute__((constructor)) static void begin(void) { handler = step; }
int state(void) { handler(); return value; }
const char *answer(void) { return WORD; }
