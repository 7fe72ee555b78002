// Forty libraries with TLS, half of them of the initial set, half opened while threads run.
//#Prepare:for n in $(seq 1 40); do printf '__thread int value = %s;\n__thread char pad[%s];\nint next%s(void) { pad[0]++; return value++ + pad[0]; }\n' $n $((n * 37)) $n > t$n.c; gcc -O1 -shared -fPIC -fvisibility=default -Wl,-Bsymbolic -o libt$n.so t$n.c; done
//#Flags:-L. -lt1 -lt2 -lt3 -lt4 -lt5 -lt6 -lt7 -lt8 -lt9 -lt10 -lt11 -lt12 -lt13 -lt14 -lt15 -lt16 -lt17 -lt18 -lt19 -lt20
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int (*next[41])(void);
static pthread_barrier_t barrier;

static int sum(void) {
    int total = 0;
    for (int i = 1; i <= 40; i++)
        total += next[i] ? next[i]() : 0;
    return total;
}

static void load(int from, int to) {
    for (int i = from; i <= to; i++) {
        char name[30];
        snprintf(name, sizeof name, "libt%d.so", i);
        void *handle = dlopen(name, RTLD_NOW);
        if (!handle)
            puts(dlerror());
        snprintf(name, sizeof name, "next%d", i);
        next[i] = handle ? (int (*)(void))dlsym(handle, name) : NULL;
    }
}

static void *run(void *unused) {
    int first = sum();
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    int second = sum();
    printf("thread %d %d\n", first, second);
    return NULL;
}

int main(void) {
    load(1, 20);
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_barrier_wait(&barrier);
    load(21, 40);
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    printf("main %d %d\n", sum(), sum());
}
