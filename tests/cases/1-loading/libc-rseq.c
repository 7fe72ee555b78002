// The restartable sequences area: where it is, how large, registered in every thread.
//#Requires:glibc>=2.35
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <sys/rseq.h>

static void *run(void *name) {
    struct rseq *area = (struct rseq *)((char *)__builtin_thread_pointer() + __rseq_offset);
    int registered = (int)area->cpu_id >= 0;
    printf("%s: registered %d, aligned %d, cpu_id below 0: %d, %d\n", (char *)name, registered,
           (unsigned long)area % __alignof__(struct rseq) == 0, registered ? 0 : (int)area->cpu_id, sched_getcpu() >= 0);
    return NULL;
}

int main(void) {
    printf("size %u, flags %u, offset %s\n", __rseq_size, __rseq_flags, __rseq_offset < 0 ? "below" : "above");
    run("main");
    for (int i = 0; i < 2; i++) {
        pthread_t thread;
        pthread_create(&thread, NULL, run, "thread");
        pthread_join(thread, NULL);
    }
}
