// With --func-dep-check a constructor counts as changed when a function that it only hands on has changed; without it that is taken.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Env:LD_DEPENDENCY_CHECK=1
//#Send:ask
//#Expect:old 4
//#Update:liblib.so=2
//#Status:a function in DT_INIT_ARRAY changes: `begin'
//#Send:ask
//#Expect:old 8
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
