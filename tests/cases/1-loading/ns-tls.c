// Thread-local variables of one file in several namespaces, from threads that are older and younger than the namespaces: dynamic
// and initial-exec, each thread and each namespace has its own.
//#Plugin:lib.c
//#Plugin:static.c:-ftls-model=initial-exec
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static pthread_barrier_t barrier;
static int *(*dynamic[3])(void), *(*fixed[3])(void);

static void *run(void *index) {
    long wrong = 0, me = (long)index;
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 3; i++) {
        wrong += *dynamic[i]() != 7 || *fixed[i]() != 9;
        *dynamic[i]() = me * 10 + i;
        *fixed[i]() = me * 100 + i;
    }
    pthread_barrier_wait(&barrier);
    for (int i = 0; i < 3; i++)
        wrong += *dynamic[i]() != me * 10 + i || *fixed[i]() != me * 100 + i;
    return (void *)wrong;
}

int main(void) {
    pthread_t threads[6];
    void *wrong, *handles[6];
    long sum = 0;
    for (int round = 0; round < 5; round++) {
        pthread_barrier_init(&barrier, NULL, 7);
        for (long i = 0; i < 3; i++)
            pthread_create(&threads[i], NULL, run, (void *)(i + 1));
        for (int i = 0; i < 3; i++) {
            Lmid_t number;
            handles[i] = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
            dlinfo(handles[i], RTLD_DI_LMID, &number);
            handles[3 + i] = dlmopen(number, "./libstatic.so", RTLD_NOW);
            dynamic[i] = dlsym(handles[i], "place");
            fixed[i] = dlsym(handles[3 + i], "fixed_place");
        }
        for (long i = 3; i < 6; i++)
            pthread_create(&threads[i], NULL, run, (void *)(i + 1));
        for (int i = 0; i < 3; i++)
            pthread_barrier_wait(&barrier);
        for (int i = 0; i < 6; i++) {
            pthread_join(threads[i], &wrong);
            sum += (long)wrong;
        }
        for (int i = 0; i < 6; i++)
            dlclose(handles[i]);
    }
    printf("wrong %ld\n", sum);
}
//#File:lib.c
__thread int value = 7;
int *place(void) { return &value; }
//#File:static.c
__thread int fixed = 9;
int *fixed_place(void) { return &fixed; }
