// What all versions of the library share: the interface, and the state that an update must keep.
#include "fibonacci.h"

// In .data, because it does not begin with zero: calls are numbered from 1.
static unsigned long next_call = 1;

unsigned long long fibonacci(unsigned n) {
    next_call++;
    return compute(n);
}

unsigned long fibonacci_calls(void) {
    return next_call - 1;
}

const char *fibonacci_algorithm(void) {
    return algorithm();
}
