// TLS module numbers are reused: a thread that had touched the old library's block sees the new library's initial values.
//#Plugin:one.c
//#Plugin:two.c
//#Plugin:three.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static pthread_barrier_t barrier;
static char *(*get)(void);
static size_t length;

static size_t open_it(const char *name, void **handle) {
    size_t module = 0;
    *handle = dlopen(name, RTLD_NOW);
    get = (char *(*)(void))dlsym(*handle, "get");
    length = *(int *)dlsym(*handle, "length");
    dlinfo(*handle, RTLD_DI_TLS_MODID, &module);
    return module;
}

// The block's initial value is its text, then zeros; afterwards it is spoilt.
static void look(const char *who) {
    char *block = get();
    size_t zeros = 0, start = strlen(block);
    for (size_t i = start; i < length; i++)
        zeros += block[i] == 0;
    printf("%s: %s, zeros %d\n", who, block, zeros == length - start);
    memset(block, 'x', length - 1);
}

static void *run(void *unused) {
    for (int i = 0; i < 4; i++) {
        pthread_barrier_wait(&barrier);
        look("thread");
        pthread_barrier_wait(&barrier);
    }
    return NULL;
}

int main(void) {
    static const char *names[] = {"./libone.so", "./libtwo.so", "./libthree.so", "./libone.so"};
    pthread_t thread;
    void *handle;
    size_t first = 0;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, run, NULL);
    for (int i = 0; i < 4; i++) {
        size_t module = open_it(names[i], &handle);
        first = first ? first : module;
        printf("%s: same number %d\n", names[i], module == first);
        look("main");
        fflush(stdout);
        pthread_barrier_wait(&barrier);
        pthread_barrier_wait(&barrier);
        dlclose(handle);
    }
    pthread_join(thread, NULL);
}
//#File:one.c
static __thread char block[100] = "one";
int length = sizeof block;
char *get(void) { return block; }
//#File:two.c
static __thread char block[5000] = "two";
int length = sizeof block;
char *get(void) { return block; }
//#File:three.c
static __thread char block[40] __attribute__((aligned(32))) = "three";
int length = sizeof block;
char *get(void) { return block; }
