// A constructor of an initial library starts a thread that opens a library and joins it: no lock is held at the start.
//#Plugin:other.c
//#Shared:lib.c
#include <stdio.h>

int main(void) { puts("main"); }
//#File:other.c
#include <stdio.h>
__thread int value = 7;
int other(void) { return value; }
__attribute__((constructor)) static void begin(void) { puts("+other"); }
__attribute__((destructor)) static void end(void) { puts("-other"); }
//#File:lib.c
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
static void *run(void *unused) {
    void *other = dlopen("./libother.so", RTLD_NOW);
    printf("other says %d\n", ((int (*)(void))dlsym(other, "other"))());
    dlclose(other);
    return dlopen("./libother.so", RTLD_NOW);
}
__attribute__((constructor)) static void begin(void) {
    pthread_t thread;
    void *handle;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, &handle);
    printf("kept: %d\n", handle != NULL);
}
