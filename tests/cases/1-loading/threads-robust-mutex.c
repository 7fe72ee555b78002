// A robust mutex whose owner thread has ended is recovered (the thread descriptor's list is right).
//#Expect:owner died, recovered
#include <errno.h>
#include <pthread.h>
#include <stdio.h>

static pthread_mutex_t mutex;

static void *run(void *unused) {
    pthread_mutex_lock(&mutex);
    return NULL;
}

int main(void) {
    pthread_mutexattr_t attributes;
    pthread_mutexattr_init(&attributes);
    pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&mutex, &attributes);
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    int status = pthread_mutex_lock(&mutex);
    puts(status == EOWNERDEAD && !pthread_mutex_consistent(&mutex) ? "owner died, recovered" : "wrong");
}
