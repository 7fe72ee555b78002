// While a constructor waits inside one thread's dlopen, another thread opens, asks and closes other libraries, with dladdr and dlinfo.
//#NoOracle:glibc holds its lock while constructors run, the other thread would wait
//#Plugin:slow.c
//#Plugin:other.c
//#Flags:-rdynamic
//#Expect:other: 7, known 1
//#Expect:another round: 7
//#Expect:slow is ready: 1
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

sem_t inside, go;

static void *open_slow(void *unused) { return dlopen("./libslow.so", RTLD_NOW); }

int main(void) {
    pthread_t thread;
    void *slow;
    Dl_info info;
    setvbuf(stdout, NULL, _IONBF, 0);
    sem_init(&inside, 0, 0), sem_init(&go, 0, 0);
    pthread_create(&thread, NULL, open_slow, NULL);
    sem_wait(&inside);
    void *other = dlopen("./libother.so", RTLD_NOW);
    int (*function)(void) = (int (*)(void))dlsym(other, "other");
    printf("other: %d, known %d\n", function(), dladdr((void *)function, &info));
    dlclose(other);
    other = dlopen("./libother.so", RTLD_NOW);
    printf("another round: %d\n", ((int (*)(void))dlsym(other, "other"))());
    dlclose(other);
    sem_post(&go);
    pthread_join(thread, &slow);
    printf("slow is ready: %d\n", ((int (*)(void))dlsym(slow, "slow"))());
}
//#File:slow.c
#include <semaphore.h>
extern sem_t inside, go;
static int ready;
int slow(void) { return ready; }
__attribute__((constructor)) static void begin(void) {
    sem_post(&inside);
    sem_wait(&go);
    ready = 1;
}
//#File:other.c
int other(void) { return 7; }
