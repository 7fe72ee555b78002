// One of many global libraries, for tests/bench/dl.c.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

#define JOIN2(a, b) a##b
#define JOIN(a, b) JOIN2(a, b)
int JOIN(bench_global_, NUMBER)(int x) { return x + NUMBER; }
int JOIN(bench_another_, NUMBER)(int x) { return x - NUMBER; }

static double cpu_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

// Nanoseconds of one search in the global scope.
double bench_default(const char *name, int count) {
    double start = cpu_ns();
    for (int i = 0; i < count; i++)
        if (!dlsym(RTLD_DEFAULT, name)) abort();
    return (cpu_ns() - start) / count;
}
