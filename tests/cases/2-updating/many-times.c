// Back and forth between three versions.
//#Shared:lib.c
//#Version:2:lib.c:-DN=2
//#Version:3:lib.c:-DN=3
//#Send:ask
//#Expect:1 after 1 calls
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:2 after 2 calls
//#Update:liblib.so=3
//#Status:updated to new version
//#Send:ask
//#Expect:3 after 3 calls
//#Update:liblib.so=1
//#Status:reverted to version 1
//#Send:ask
//#Expect:1 after 4 calls
//#Update:liblib.so=3
//#Status:reverted to version 3
//#Send:ask
//#Expect:3 after 5 calls
//#Update:liblib.so=2
//#Status:reverted to version 2
//#Send:ask
//#Expect:2 after 6 calls
#include <stdio.h>

int version(void), calls(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        int v = version();
        printf("%d after %d calls\n", v, calls());
        fflush(stdout);
    }
}
//#File:lib.c
#ifndef N
#define N 1
#endif
static int count;
int version(void) { count++; return N; }
int calls(void) { return count; }
