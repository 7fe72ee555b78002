// What dlerror says: missing file, missing symbol, empty after being asked, one message per thread.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static const char *text(void) {
    const char *message = dlerror();
    return message ? message : "(none)";
}

static void *run(void *unused) {
    printf("thread: %s\n", text());
    dlopen("./other.so", RTLD_NOW);
    printf("thread: %s\n", text());
    return NULL;
}

int main(void) {
    printf("%s\n", text());
    dlopen("libnowhere.so.9", RTLD_NOW);
    printf("%s\n", text());
    printf("%s\n", text());
    dlopen("./missing.so", RTLD_NOW);
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    printf("%s\n", text());
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    printf("%d\n", dlsym(handle, "nothing") == NULL);
    printf("%s\n", text());
    printf("%d\n", dlsym(RTLD_DEFAULT, "nothing_at_all") == NULL);
    printf("%s\n", text());
    printf("%d\n", dlopen("./liblib.so", 0) == NULL);
    printf("%s\n", text());
}
//#File:lib.c
int f(void) { return 0; }
