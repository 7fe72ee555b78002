// An OpenMP program: threads of libgomp, thread-private variables, reduction.
//#Flags:-fopenmp
//#Requires:cc:-fopenmp
//#Env:OMP_NUM_THREADS=4
//#Expect:499999500000
#include <stdio.h>

int main(void) {
    long sum = 0;
#pragma omp parallel for reduction(+ : sum)
    for (long i = 0; i < 1000000; i++)
        sum += i;
    printf("%ld\n", sum);
}
