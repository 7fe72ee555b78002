// dlsym of a thread-local variable gives the address of the calling thread's instance.
//#Plugin:lib.c
//#Expect:6 1
//#Expect:thread 6
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static void *handle;

static void *run(void *unused) {
    printf("thread %d\n", *(int *)dlsym(handle, "value"));
    return NULL;
}

int main(void) {
    handle = dlopen("./liblib.so", RTLD_NOW);
    int *(*address)(void) = (int *(*)(void))dlsym(handle, "address");
    int *value = dlsym(handle, "value");
    printf("%d %d\n", *value, value == address());
    *value = 100;
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
}
//#File:lib.c
__thread int value = 6;
int *address(void) { return &value; }
