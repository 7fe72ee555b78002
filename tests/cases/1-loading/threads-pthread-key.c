// Thread-specific data with destructors, pthread_once, and a detached thread.
//#Expect:once
//#Expect:destroyed 7
//#Expect:done
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

static pthread_key_t key;
static pthread_once_t control = PTHREAD_ONCE_INIT;
static sem_t finished;

static void destroy(void *value) { printf("destroyed %d\n", *(int *)value); }
static void once(void) { puts("once"); pthread_key_create(&key, destroy); }

static void *run(void *value) {
    pthread_once(&control, once);
    pthread_setspecific(key, value);
    return pthread_getspecific(key) == value ? value : NULL;
}

static void *detached(void *unused) {
    sem_post(&finished);
    return NULL;
}

int main(void) {
    int seven = 7;
    void *result;
    pthread_t thread;
    pthread_once(&control, once);
    pthread_create(&thread, NULL, run, &seven);
    pthread_join(thread, &result);
    sem_init(&finished, 0, 0);
    pthread_create(&thread, NULL, detached, NULL);
    pthread_detach(thread);
    sem_wait(&finished);
    puts(result == &seven ? "done" : "wrong");
}
