// Time functions work, through the vDSO that libc finds by the loader's data.
#include <stdio.h>
#include <sys/time.h>
#include <time.h>

int main(void) {
    struct timespec a, b;
    struct timeval value;
    clock_gettime(CLOCK_MONOTONIC, &a);
    clock_gettime(CLOCK_MONOTONIC, &b);
    gettimeofday(&value, NULL);
    printf("%d %d %d\n", b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec), value.tv_sec > 1600000000,
           time(NULL) + 1 >= value.tv_sec); // time() may lag behind by a clock tick
}
