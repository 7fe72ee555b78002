// A library that locks is not replaced while the program has several threads: they would wait at different addresses.
//#Shared:lib.c
//#Version:2:lib.c:-DSTEP=10
//#Send:ask
//#Expect:1
//#Update:liblib.so=2
//#Status:it locks, and new code has variables at another address than old code in 2 threads
//#Send:ask
//#Expect:2
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

int step(void);

static void *run(void *unused) {
    for (;;)
        pause();
}

int main(void) {
    char line[100];
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    while (fgets(line, sizeof line, stdin)) {
        printf("%d\n", step());
        fflush(stdout);
    }
}
//#File:lib.c
#include <pthread.h>
#ifndef STEP
#define STEP 1
#endif
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static int value;
int step(void) {
    pthread_mutex_lock(&mutex);
    int result = value += STEP;
    pthread_mutex_unlock(&mutex);
    return result;
}
