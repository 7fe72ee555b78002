// dlopen and dlclose of a TLS library again and again: fresh values each time, in threads as well.
//#Plugin:lib.c
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int (*next)(void);

static void *run(void *out) {
    *(int *)out = next() * 10 + next();
    return NULL;
}

int main(void) {
    int total = 0;
    for (int i = 0; i < 50; i++) {
        void *handle = dlopen("./liblib.so", RTLD_LAZY);
        if (!handle)
            return puts(dlerror()), 1;
        next = (int (*)(void))dlsym(handle, "next");
        int here = next() * 10 + next(), there;
        pthread_t thread;
        pthread_create(&thread, NULL, run, &there);
        pthread_join(thread, NULL);
        total += here + there;
        dlclose(handle);
    }
    printf("%d\n", total);
}
//#File:lib.c
static __thread int value = 4;
int next(void) { return value++; }
