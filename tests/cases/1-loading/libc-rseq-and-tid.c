// The thread descriptor: pthread_self, gettid, sched_getcpu (by rseq where libc registers it).
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static void *run(void *unused) {
    uintptr_t self;
    __asm__("mov %%fs:0x10, %0" : "=r"(self));
    printf("%d %d\n", self == (unsigned long)pthread_self(), sched_getcpu() >= 0);
    return NULL;
}

int main(void) {
    printf("%d\n", syscall(SYS_gettid) == getpid());
    run(NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
}
