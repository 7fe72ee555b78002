// exit in the main thread while another thread is inside dlopen (its constructor waits for ever): the process ends, destructors run.
//#NoOracle:glibc's exit waits for the lock that the other thread's dlopen holds
//#Plugin:slow.c
//#Plugin:done.c
//#Flags:-rdynamic
//#Expect:-done
//#Exit:3
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <stdlib.h>

sem_t inside;

static void *open_slow(void *unused) { return dlopen("./libslow.so", RTLD_NOW); }

int main(void) {
    pthread_t thread;
    dlopen("./libdone.so", RTLD_NOW);
    sem_init(&inside, 0, 0);
    pthread_create(&thread, NULL, open_slow, NULL);
    sem_wait(&inside);
    exit(3);
}
//#File:slow.c
#include <semaphore.h>
#include <unistd.h>
extern sem_t inside;
__attribute__((constructor)) static void begin(void) {
    sem_post(&inside);
    for (;;)
        pause();
}
//#File:done.c
#include <stdio.h>
__attribute__((destructor)) static void end(void) { puts("-done"); }
