// 100,000 rounds with TLS descriptors (gnu2), bound lazily and at once, in two threads: their arguments and blocks do not grow.
//#Requires:cc:-mtls-dialect=gnu2
//#Plugin:lib.c:-nostartfiles -mtls-dialect=gnu2
//#Plugin:other.c:-nostartfiles -mtls-dialect=gnu2 -Wl,-z,now
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static long status(const char *key) {
    char line[200];
    long value = -1;
    FILE *file = fopen("/proc/self/status", "r");
    while (fgets(line, sizeof line, file))
        if (!strncmp(line, key, strlen(key)))
            value = atol(line + strlen(key) + 1);
    fclose(file);
    return value;
}

static int maps(void) {
    int lines = 0, byte;
    FILE *file = fopen("/proc/self/maps", "r");
    while ((byte = fgetc(file)) != EOF)
        lines += byte == '\n';
    fclose(file);
    return lines;
}

static pthread_barrier_t barrier;
static int (*next)(void);

static void *run(void *out) {
    for (;;) {
        pthread_barrier_wait(&barrier);
        if (!next)
            return NULL;
        *(int *)out += next();
        pthread_barrier_wait(&barrier);
    }
}

// Every hundredth round the other thread, too, has blocks of the library.
static int rounds(int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        void *lib = dlopen(i % 4 < 2 ? "./liblib.so" : "./libother.so", i % 2 ? RTLD_NOW : RTLD_LAZY);
        next = (int (*)(void))dlsym(lib, "next");
        sum += next();
        if (i % 100 == 0) {
            pthread_barrier_wait(&barrier);
            pthread_barrier_wait(&barrier);
        }
        dlclose(lib);
    }
    return sum;
}

int main(void) {
    pthread_t thread;
    int other = 0;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, run, &other);
    rounds(2000), maps(), status("VmSize");
    long size = status("VmSize"), resident = status("VmRSS");
    int mappings = maps();
    printf("%d %d\n", rounds(100000), other);
    printf("mappings: %d more\n", maps() - mappings);
    printf("address space is flat: %d\n", status("VmSize") <= size + 256);
    printf("memory is flat: %d\n", status("VmRSS") <= resident + 512);
    next = NULL;
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
}
//#File:lib.c
static __thread int count = 3;
static __thread char block[2000];
int next(void) { return count++ + block[7]++; }
//#File:other.c
static __thread int count = 5;
__thread char other_block[300] = {1};
int next(void) { return count++ + other_block[7]++; }
