// Sixteen threads call the same unresolved functions of an opened library at once, round after round: each call arrives.
//#Plugin:base.c
//#Plugin:lib.c:-Wl,-z,lazy ./libbase.so
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static pthread_barrier_t barrier;
static int (*call)(int);
static atomic_long sum;

static void *run(void *number) {
    for (int round = 0; round < 50; round++) {
        pthread_barrier_wait(&barrier);
        for (int i = 0; i < 4; i++)
            sum += call((int)(long)number * 4 + i);
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[16];
    pthread_barrier_init(&barrier, NULL, 17);
    for (long i = 0; i < 16; i++)
        pthread_create(&threads[i], NULL, run, (void *)i);
    for (int round = 0; round < 50; round++) {
        void *lib = dlopen("./liblib.so", RTLD_LAZY);
        call = (int (*)(int))dlsym(lib, "call");
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
        dlclose(lib);
    }
    for (int i = 0; i < 16; i++)
        pthread_join(threads[i], NULL);
    printf("%ld\n", (long)sum);
}
//#File:base.c
int f0(int n) { return n; }
int f1(int n) { return n * 2; }
int f2(int n) { return n * 3; }
int f3(int n) { return n * 4; }
//#File:lib.c
int f0(int), f1(int), f2(int), f3(int);
int call(int n) {
    switch (n % 4) {
    case 0: return f0(n);
    case 1: return f1(n);
    case 2: return f2(n);
    default: return f3(n);
    }
}
