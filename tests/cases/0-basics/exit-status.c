// exit, atexit and buffered output behave at the end of the program.
//#Exit:42
//#Expect:first
//#Expect:at exit 2
//#Expect:at exit 1
#include <stdio.h>
#include <stdlib.h>

static void one(void) { puts("at exit 1"); }
static void two(void) { puts("at exit 2"); }

int main(void) {
    atexit(one);
    atexit(two);
    printf("first\n");
    exit(42);
}
