// Thread-local variables of the program: initialised and zeroed parts, alignment, one set per thread.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

static __thread int initialised = 7;
static __thread char zero[1000];
static __thread long aligned __attribute__((aligned(64))) = 9;

static void *show(void *unused) {
    initialised++;
    zero[999]++;
    printf("%d %d %ld %d\n", initialised, zero[999], aligned, (int)((uintptr_t)&aligned % 64));
    return NULL;
}

int main(void) {
    for (int i = 0; i < 3; i++) {
        show(NULL);
        pthread_t thread;
        pthread_create(&thread, NULL, show, NULL);
        pthread_join(thread, NULL);
    }
}
