// No descriptor is free (RLIMIT_NOFILE) when a library changes: it is told, the program goes on, and the next version comes.
//#Shared:lib.c
//#Version:2:lib.c:-DN=2
//#Version:3:lib.c:-DN=3
//#Send:ask
//#Expect:1
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:tight
//#Expect:tight
//#Update:liblib.so=3
//#Status:Too many open files
//#Update:liblib.so=2
//#Status:Too many open files
//#Send:ask
//#Expect:2
//#Send:loose
//#Expect:loose
//#Update:liblib.so=1
//#Status:reverted to version 1
//#Send:ask
//#Expect:1
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

int version(void);

int main(void) {
    char line[100];
    struct rlimit before, tight;
    getrlimit(RLIMIT_NOFILE, &before);
    while (fgets(line, sizeof line, stdin)) {
        if (strcmp(line, "tight\n") == 0) {
            tight = before;
            tight.rlim_cur = 1;
            setrlimit(RLIMIT_NOFILE, &tight);
            puts("tight");
        } else if (strcmp(line, "loose\n") == 0) {
            setrlimit(RLIMIT_NOFILE, &before);
            puts("loose");
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
int version(void) { return N; }
