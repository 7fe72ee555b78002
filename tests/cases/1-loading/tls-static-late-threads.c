// Static-TLS libraries opened late, while threads run: initial values in all of them and in later ones.
//#Plugin:one.c:-ftls-model=initial-exec
//#Plugin:two.c:-ftls-model=initial-exec
//#Script:readelf -dW libone.so | grep -q STATIC_TLS
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int (*one)(void), (*two)(void);
static pthread_barrier_t barrier;

static long values(void) { return one() * 1000 + two() * 10 + one() - two(); }

static void *run(void *unused) {
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return (void *)values();
}

static void *later(void *unused) { return (void *)values(); }

int main(void) {
    pthread_barrier_init(&barrier, NULL, 4);
    for (int round = 0; round < 4; round++) {
        pthread_t threads[4];
        void *result, *handles[2];
        long sum = 0;
        for (int i = 0; i < 3; i++)
            pthread_create(&threads[i], NULL, run, NULL);
        pthread_barrier_wait(&barrier);
        handles[0] = dlopen("./libone.so", RTLD_NOW), handles[1] = dlopen("./libtwo.so", RTLD_LAZY);
        if (!handles[0] || !handles[1])
            return printf("round %d: %s\n", round, dlerror()), 1;
        one = (int (*)(void))dlsym(handles[0], "next"), two = (int (*)(void))dlsym(handles[1], "next");
        pthread_barrier_wait(&barrier);
        pthread_create(&threads[3], NULL, later, NULL);
        for (int i = 0; i < 4; i++) {
            pthread_join(threads[i], &result);
            sum += (long)result;
        }
            printf("threads %ld, main %ld\n", sum, values());
        dlclose(handles[1]), dlclose(handles[0]);
    }
}
//#File:one.c
__thread int value = 5;
__thread char zeros[200];
int next(void) { return value++ + zeros[100]; }
//#File:two.c
__thread int value __attribute__((aligned(64))) = 7;
__thread char zeros[100];
int next(void) { return value++ + zeros[50]; }
