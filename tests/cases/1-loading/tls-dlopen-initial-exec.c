// A library with initial-exec TLS opened at run time fits into the surplus of static TLS, also for running threads.
//#Plugin:lib.c:-ftls-model=initial-exec
//#Script:readelf -dW liblib.so | grep -q STATIC_TLS
//#Expect:5 6
//#Expect:thread 5
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int (*next)(void);
static pthread_barrier_t barrier;

static void *run(void *unused) {
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    printf("thread %d\n", next());
    return NULL;
}

int main(void) {
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_barrier_wait(&barrier);
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    if (!handle)
        return puts(dlerror()), 1;
    next = (int (*)(void))dlsym(handle, "next");
    int first = next(), second = next();
    printf("%d %d\n", first, second);
    fflush(stdout);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
}
//#File:lib.c
__thread int value = 5;
int next(void) { return value++; }
