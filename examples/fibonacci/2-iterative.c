// Two neighbours walk along the sequence. Linear time.
#include "fibonacci.h"

const char *algorithm(void) {
    return "iterative";
}

unsigned long long compute(unsigned n) {
    unsigned long long current = 0, next = 1;
    for (; n > 0; n--) {
        unsigned long long sum = current + next;
        current = next;
        next = sum;
    }
    return current;
}
