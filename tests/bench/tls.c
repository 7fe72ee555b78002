// A thread-local variable that is reached by __tls_get_addr, for tests/bench/dl.c.
__thread long bench_variable = 1;

__attribute__((noinline)) static long *address(void) {
    long *at = &bench_variable;
    __asm__ volatile("" : "+r"(at));
    return at;
}

long bench_tls(long times) {
    long sum = 0;
    for (long i = 0; i < times; i++) sum += *address();
    return sum;
}
