// R_X86_64_TLSDESC in a library of the initial set; all registers but %rax survive the call.
//#Shared:lib.c:-mtls-dialect=gnu2 -O2
//#Requires:cc:-mtls-dialect=gnu2
//#Script:readelf -rW liblib.so | grep -q R_X86_64_TLSDESC
//#Expect:40 41
//#Expect:thread 40
//#Expect:sum 133
#include <pthread.h>
#include <stdio.h>

int next(void);
long mix(long, long, long, long, long, long);

static void *run(void *unused) {
    printf("thread %d\n", next());
    return NULL;
}

int main(void) {
    int first = next(), second = next();
    printf("%d %d\n", first, second);
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    printf("sum %ld\n", mix(1, 2, 3, 4, 5, 6));
}
//#File:lib.c
__thread int counter = 40;
int next(void) { return counter++; }
long mix(long a, long b, long c, long d, long e, long f) { return a + 2 * b + 3 * c + counter + 4 * d + 5 * e + 6 * f; }
