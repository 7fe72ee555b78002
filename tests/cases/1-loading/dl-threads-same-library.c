// Eight threads open one library with dependencies at the same moment, 100 times: one constructor each round, one handle, one destructor.
//#Plugin:base.c
//#Plugin:lib.c:./libbase.so
//#Flags:-rdynamic
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

atomic_int constructed, destructed;
static atomic_int wrong;
static pthread_barrier_t barrier;
static void *handles[8];

static void *run(void *number) {
    long me = (long)number;
    for (int round = 0; round < 100; round++) {
        pthread_barrier_wait(&barrier);
        handles[me] = dlopen("./liblib.so", me % 2 ? RTLD_NOW : RTLD_LAZY);
        wrong += ((int (*)(void))dlsym(handles[me], "ready"))() != 11;
        pthread_barrier_wait(&barrier);
        wrong += handles[me] != handles[0] || constructed != (round + 1) * 2 || destructed != round * 2;
        pthread_barrier_wait(&barrier);
        dlclose(handles[me]);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[8];
    pthread_barrier_init(&barrier, NULL, 8);
    for (long i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, run, (void *)i);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    printf("wrong %d, constructed %d, destructed %d\n", wrong, constructed, destructed);
}
//#File:base.c
#include <stdatomic.h>
extern atomic_int constructed, destructed;
static int value;
int base_ready(void) { return value; }
__attribute__((constructor)) static void begin(void) { value = 1, constructed++; }
__attribute__((destructor)) static void end(void) { destructed++; }
//#File:lib.c
#include <stdatomic.h>
extern atomic_int constructed, destructed;
int base_ready(void);
static int value;
int ready(void) { return value + base_ready(); }
__attribute__((constructor)) static void begin(void) { value = 10 * base_ready(), constructed++; }
__attribute__((destructor)) static void end(void) { destructed++; }
