// pthread_getattr_np of the main thread and stack sizes of new ones; guard pages; the default from RLIMIT_STACK.
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>

static void *run(void *unused) {
    pthread_attr_t attributes;
    size_t size, guard;
    void *base;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &base, &size);
    pthread_attr_getguardsize(&attributes, &guard);
    char here;
    printf("inside %d, size %zu, guard %zu\n", &here > (char *)base && &here < (char *)base + size, size, guard);
    return NULL;
}

int main(void) {
    pthread_attr_t attributes;
    size_t size;
    void *base;
    pthread_getattr_np(pthread_self(), &attributes);
    pthread_attr_getstack(&attributes, &base, &size);
    char here;
    printf("main inside %d\n", &here > (char *)base && &here < (char *)base + size);
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 1 << 20);
    pthread_create(&thread, &attributes, run, NULL);
    pthread_join(thread, NULL);
}
