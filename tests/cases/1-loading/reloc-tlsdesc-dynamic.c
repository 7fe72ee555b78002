// R_X86_64_TLSDESC in a library that is opened at run time, too large for static TLS.
//#Plugin:lib.c:-mtls-dialect=gnu2 -O2
//#Requires:cc:-mtls-dialect=gnu2
//#Script:readelf -rW liblib.so | grep -q R_X86_64_TLSDESC
//#Expect:1 7
//#Expect:thread 1 7
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int (*next)(void);
static long (*end)(void);

static void *run(void *name) {
    int first = next();
    printf("%s%d %ld\n", (char *)name, first, end());
    return NULL;
}

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    if (!handle)
        return puts(dlerror()), 1;
    next = (int (*)(void))dlsym(handle, "next");
    end = (long (*)(void))dlsym(handle, "end");
    run("");
    pthread_t thread;
    pthread_create(&thread, NULL, run, "thread ");
    pthread_join(thread, NULL);
}
//#File:lib.c
__thread char large[100000];
__thread int counter = 1;
__thread long last = 7;
int next(void) { large[5]++; return counter++; }
long end(void) { return last + large[99999]; }
