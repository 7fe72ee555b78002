// F(2k) = F(k) (2 F(k+1) - F(k)) and F(2k+1) = F(k)^2 + F(k+1)^2, from the highest bit of n down. Logarithmic time.
#include "fibonacci.h"

const char *algorithm(void) {
    return "fast doubling";
}

unsigned long long compute(unsigned n) {
    unsigned long long current = 0, next = 1;
    for (int bit = 31; bit >= 0; bit--) {
        unsigned long long even = current * (2 * next - current);
        unsigned long long odd = current * current + next * next;
        int one = n >> bit & 1;
        current = one ? odd : even;
        next = one ? even + odd : odd;
    }
    return current;
}
