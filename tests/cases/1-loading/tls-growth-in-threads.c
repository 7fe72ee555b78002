// Sixty TLS libraries are opened while five threads wait: each thread then reads all of them, its dtv grows, its values are its own.
//#Plugin:a.c:-nosoname
//#Plugin:b.c:-nosoname
//#Plugin:libthird.so=c.c:-nosoname -mtls-dialect=gnu2
//#Requires:cc:-mtls-dialect=gnu2
//#Script:for n in $(seq 1 60); do case $((n % 3)) in 0) cp liba.so libt$n.so;; 1) cp libb.so libt$n.so;; *) cp libthird.so libt$n.so;; esac; done
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int (*next[61])(void);
static void *handles[61];
static pthread_barrier_t barrier;

static int sum(int backwards) {
    int total = 0;
    for (int i = 1; i <= 60; i++)
        total += next[backwards ? 61 - i : i]();
    return total;
}

static void *run(void *number) {
    long me = (long)number;
    // one thread knows the first ten before
    pthread_barrier_wait(&barrier);
    if (me == 0)
        for (int i = 1; i <= 10; i++)
            next[i]();
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    long first = sum(me % 2);
    return (void *)(first * 10000 + sum(0));
}

static void load(int from, int to) {
    for (int i = from; i <= to; i++) {
        char name[20];
        snprintf(name, sizeof name, "./libt%d.so", i);
        handles[i] = dlopen(name, i % 2 ? RTLD_NOW : RTLD_LAZY);
        next[i] = (int (*)(void))dlsym(handles[i], "next");
    }
}

int main(void) {
    pthread_t threads[5];
    pthread_barrier_init(&barrier, NULL, 6);
    for (long i = 0; i < 5; i++)
        pthread_create(&threads[i], NULL, run, (void *)i);
    load(1, 10);
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    load(11, 60);
    pthread_barrier_wait(&barrier);
    printf("main %d\n", sum(0));
    for (int i = 0; i < 5; i++) {
        void *result;
        pthread_join(threads[i], &result);
        printf("thread %d: %ld\n", i, (long)result);
    }
    for (int i = 1; i <= 60; i++)
        dlclose(handles[i]);
    load(1, 60);
    printf("main, opened again: %d\n", sum(1));
}
//#File:a.c
__thread int value = 1;
__thread char pad[91];
int next(void) { pad[90]++; return value++; }
//#File:b.c
__thread int value = 20;
__thread char pad[5000];
int next(void) { pad[4999]++; return value++; }
//#File:c.c
__thread int value __attribute__((aligned(64))) = 300;
int next(void) { return value++; }
