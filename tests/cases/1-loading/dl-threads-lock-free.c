// While a constructor waits inside one thread's dlopen another thread uses dl_iterate_phdr, TLS, first lazy calls and exceptions.
//#Requires:glibc>=2.35
//#Plugin:slow.cpp
//#Plugin:lib.c:-Wl,-z,lazy
//#Plugin:thrower.cpp
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

sem_t inside, go;

static void *open_slow(void *unused) { return dlopen("./libslow.so", RTLD_NOW); }
static int each(struct dl_phdr_info *info, size_t size, void *count) { return ++*(int *)count, 0; }

int main(void) {
    pthread_t thread;
    int count = 0;
    setvbuf(stdout, NULL, _IONBF, 0);
    sem_init(&inside, 0, 0), sem_init(&go, 0, 0);
    void *lib = dlopen("./liblib.so", RTLD_LAZY), *thrower = dlopen("./libthrower.so", RTLD_NOW);
    int (*lazy)(void) = (int (*)(void))dlsym(lib, "lazy"), (*throws)(void) = (int (*)(void))dlsym(thrower, "throws");
    int (*local)(void) = (int (*)(void))dlsym(lib, "local");
    pthread_create(&thread, NULL, open_slow, NULL);
    sem_wait(&inside);
    dl_iterate_phdr(each, &count);
    printf("walk: %d\n", count > 4);
    printf("first lazy call: %d\n", lazy());
    printf("exception: %d\n", throws());
    printf("thread-local: %d\n", local());
    sem_post(&go);
    pthread_join(thread, NULL);
    puts("joined");
}
//#File:slow.cpp
#include <semaphore.h>
extern "C" sem_t inside, go;
__attribute__((constructor)) static void begin() {
    sem_post(&inside);
    sem_wait(&go);
}
//#File:lib.c
#include <stdlib.h>
static __thread int value = 4;
int local(void) { return value; }
int lazy(void) { return abs(-5) + (int)strtol("6", NULL, 10); }
//#File:thrower.cpp
extern "C" int throws() {
    try {
        throw 7;
    } catch (int number) {
        return number;
    }
}
