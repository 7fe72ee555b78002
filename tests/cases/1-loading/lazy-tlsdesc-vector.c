// A TLSDESC access in a library opened at run time keeps the vector registers of its function.
//#Plugin:lib.c:-mtls-dialect=gnu2 -O2 -mavx
//#Requires:cpu:avx
//#Requires:cc:-mtls-dialect=gnu2
//#NoOracle:glibc before 2.40 loses them (its bug 31372)
//#Expect:10 20 30 40
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static void (*scale)(double *);

static void *run(void *unused) {
    double values[4] = {1, 2, 3, 4};
    scale(values);
    printf("%g %g %g %g\n", values[0], values[1], values[2], values[3]);
    return NULL;
}

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    if (!handle)
        return puts(dlerror()), 1;
    scale = (void (*)(double *))dlsym(handle, "scale");
    run(NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
}
//#File:lib.c
#include <immintrin.h>
__thread double factor = 10;
__thread char pad[50000];
void scale(double *values) {
    __m256d all = _mm256_loadu_pd(values);
    __asm__ volatile("" : "+x"(all));
    all = all * _mm256_set1_pd(factor);
    pad[0]++;
    _mm256_storeu_pd(values, all);
}
