// Eight threads open, use and close the same libraries at the same time.
//#Prepare:for n in 1 2 3 4; do echo "__thread int value = $n; int get(void) { return value; }" > l$n.c; gcc -O1 -shared -fPIC -o lib$n.so l$n.c; done
//#Expect:4000 calls, sum 10000
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int calls, sum;

static void *run(void *argument) {
    for (int i = 0; i < 500; i++) {
        char name[20];
        snprintf(name, sizeof name, "./lib%d.so", (i + (int)(long)argument) % 4 + 1);
        void *handle = dlopen(name, RTLD_NOW);
        int (*get)(void) = handle ? (int (*)(void))dlsym(handle, "get") : NULL;
        if (get) {
            sum += get();
            calls++;
        }
        if (handle)
            dlclose(handle);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[8];
    for (long i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, run, (void *)i);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    printf("%d calls, sum %d\n", calls, sum);
}
