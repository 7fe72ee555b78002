// A library that is larger than a file may be (RLIMIT_FSIZE) is followed all the same; a new version of that size is told as an
// error, and one comes when the limit is gone. Memory is no file for the program.
//#Shared:lib.c
//#Version:2:lib.c:-DN=2
//#Version:3:lib.c:-DN=3
//#Wrap:ulimit -S -f 100; "$@"
//#Send:ask
//#Expect:1
//#Update:liblib.so=2
//#Status:File too large
//#Send:ask
//#Expect:1
//#Send:more
//#Expect:more
//#Update:liblib.so=3
//#Status:updated to new version
//#Send:ask
//#Expect:3
#include <stdio.h>
#include <sys/resource.h>

int version(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        if (line[0] == 'm') {
            struct rlimit limit;
            getrlimit(RLIMIT_FSIZE, &limit);
            limit.rlim_cur = limit.rlim_max;
            setrlimit(RLIMIT_FSIZE, &limit);
            puts("more");
        } else {
            printf("%d\n", version());
        }
        fflush(stdout);
    }
}
//#File:lib.c
#ifndef N
#define N 1
#endif
char data[1 << 20] = {1};
int version(void) { return N * data[0]; }
