// Eight threads call without pause while the library is replaced: every answer is one of the two, none is lost.
//#Shared:lib.c
//#Version:2:lib.c:-DN=2
//#Send:count
//#Expect:only known answers, version 1 last
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:count
//#Expect:only known answers, version 2 last
//#Update:liblib.so=1
//#Status:reverted to version 1
//#Send:count
//#Expect:only known answers, version 1 last
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

int version(void);
static atomic_int wrong, last;
static atomic_long calls;

static void *run(void *unused) {
    for (;;) {
        int answer = version();
        wrong += answer != 1 && answer != 2;
        last = answer;
        calls++;
    }
}

int main(void) {
    char line[100];
    for (int i = 0; i < 8; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, run, NULL);
    }
    while (fgets(line, sizeof line, stdin)) {
        for (long until = calls + 100000; calls < until;) {
        }
        printf("%s answers, version %d last\n", wrong ? "unknown" : "only known", last);
        fflush(stdout);
    }
    _Exit(0);
}
//#File:lib.c
#ifndef N
#define N 1
#endif
int version(void) { return N; }
