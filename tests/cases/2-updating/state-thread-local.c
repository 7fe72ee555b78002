// Thread-local variables of the library keep their values in all threads.
//#Shared:lib.c
//#Version:2:lib.c:-DSTEP=10
//#Send:next
//#Expect:main 1, thread 1
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:next
//#Expect:main 11, thread 11
#include <pthread.h>
#include <stdio.h>

int step(void);
static pthread_barrier_t before, after;
static int of_thread;

static void *run(void *unused) {
    for (;;) {
        pthread_barrier_wait(&before);
        of_thread = step();
        pthread_barrier_wait(&after);
    }
}

int main(void) {
    char line[100];
    pthread_t thread;
    pthread_barrier_init(&before, NULL, 2);
    pthread_barrier_init(&after, NULL, 2);
    pthread_create(&thread, NULL, run, NULL);
    while (fgets(line, sizeof line, stdin)) {
        pthread_barrier_wait(&before);
        pthread_barrier_wait(&after);
        printf("main %d, thread %d\n", step(), of_thread);
        fflush(stdout);
    }
}
//#File:lib.c
#ifndef STEP
#define STEP 1
#endif
static __thread int value;
int step(void) { return value += STEP; }
