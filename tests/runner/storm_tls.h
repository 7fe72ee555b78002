// The program of cases that open and close two libraries with thread-local variables, which another thread uses as well.
#include "storm.h"
#include <pthread.h>

static pthread_barrier_t barrier;
static int (*next)(void);

static void *run(void *out) {
    for (;;) {
        pthread_barrier_wait(&barrier);
        if (!next)
            return NULL;
        *(int *)out += next();
        pthread_barrier_wait(&barrier);
    }
}

// Every hundredth round the other thread, too, has blocks of the library.
static int rounds(int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        void *lib = dlopen(i % 4 < 2 ? "./liblib.so" : "./libother.so", i % 2 ? RTLD_NOW : RTLD_LAZY);
        next = (int (*)(void))dlsym(lib, "next");
        sum += next();
        if (i % 100 == 0) {
            pthread_barrier_wait(&barrier);
            pthread_barrier_wait(&barrier);
        }
        dlclose(lib);
    }
    return sum;
}

int main(void) {
    pthread_t thread;
    int other = 0;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, run, &other);
    storm(2000, 100000);
    next = NULL;
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    printf("%d\n", other);
}
