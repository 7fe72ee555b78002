// Threads that end while TLS libraries come and go: their blocks are freed by whoever is last; 300 threads, values always fresh.
//#Plugin:one.c
//#Plugin:two.c:-mtls-dialect=gnu2
//#Requires:cc:-mtls-dialect=gnu2
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int wrong;
static sem_t used, go;

static void *run(void *function) {
    int *(*get)(void) = (int *(*)(void))function;
    for (int i = 0; i < 3; i++)
        wrong += (*get())++ != 7 + i;
    sem_post(&used);
    sem_wait(&go);
    return NULL;
}

int main(void) {
    sem_init(&used, 0, 0), sem_init(&go, 0, 0);
    for (int round = 0; round < 100; round++) {
        void *lib = dlopen(round % 3 ? "./libone.so" : "./libtwo.so", RTLD_LAZY);
        pthread_t threads[3];
        for (int i = 0; i < 3; i++)
            pthread_create(&threads[i], NULL, run, dlsym(lib, "get"));
        for (int i = 0; i < 3; i++)
            sem_wait(&used);
        // the library goes before the threads, or after them
        if (round % 2)
            dlclose(lib);
        for (int i = 0; i < 3; i++)
            sem_post(&go);
        for (int i = 0; i < 3; i++)
            pthread_join(threads[i], NULL);
        if (round % 2 == 0)
            dlclose(lib);
    }
    printf("wrong: %d\n", wrong);
}
//#File:one.c
__thread int value = 7;
__thread char big[70000];
int *get(void) { big[69999] = 1; return &value; }
//#File:two.c
__thread int value = 7;
int *get(void) { return &value; }
