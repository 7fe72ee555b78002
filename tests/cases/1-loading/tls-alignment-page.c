// TLS blocks aligned to 4096 and 64, in program and library, in the main thread and others.
//#Shared:lib.c
//#Expect:0 0 5 6
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>

static __thread int page __attribute__((aligned(4096))) = 5;
int *library_aligned(void);

static void *show(void *unused) {
    int *other = library_aligned();
    printf("%d %d %d %d\n", (int)((uintptr_t)&page % 4096), (int)((uintptr_t)other % 1024), page, *other);
    return NULL;
}

int main(void) {
    show(NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, show, NULL);
    pthread_join(thread, NULL);
}
//#File:lib.c
static __thread char small = 1;
static __thread int other __attribute__((aligned(1024))) = 6;
int *library_aligned(void) { small++; return &other; }
