// A handle opened by one thread is closed by another; its thread-local blocks in both go with it, at the thread's end or at dlclose.
//#Plugin:lib.c
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static void *lib;

static int next(void) { return ((int (*)(void))dlsym(lib, "next"))(); }

static void *open_and_call(void *unused) {
    lib = dlopen("./liblib.so", RTLD_NOW);
    printf("opener: %d", next());
    printf(" %d\n", next());
    return NULL;
}

static void *call_and_close(void *unused) {
    printf("closer: %d", next());
    printf(" %d\n", next());
    printf("close: %d\n", dlclose(lib));
    return NULL;
}

static void in_thread(void *(*run)(void *)) {
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
}

int main(void) {
    for (int round = 0; round < 3; round++) {
        in_thread(open_and_call);
        printf("main: %d\n", next());
        in_thread(call_and_close);
        printf("there: %d\n", dlopen("./liblib.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    }
}
//#File:lib.c
#include <stdio.h>
static __thread int value = 1;
int next(void) { return value++; }
__attribute__((destructor)) static void end(void) { printf("destructor sees %d\n", value); }
