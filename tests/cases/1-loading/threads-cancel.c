// pthread_cancel of a blocked thread: libgcc_s is opened by libc, cleanup handlers run.
//#Expect:cleaned up
//#Expect:cancelled
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

static int ends[2];
static pthread_barrier_t barrier;

static void clean(void *unused) { puts("cleaned up"); }

static void *run(void *unused) {
    char byte;
    pthread_cleanup_push(clean, NULL);
    pthread_barrier_wait(&barrier);
    while (read(ends[0], &byte, 1) >= 0) {
    }
    pthread_cleanup_pop(0);
    return NULL;
}

int main(void) {
    pthread_t thread;
    void *result;
    if (pipe(ends))
        return 1;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, run, NULL);
    pthread_barrier_wait(&barrier);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    puts(result == PTHREAD_CANCELED ? "cancelled" : "ended");
}
