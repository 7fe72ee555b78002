// Binet's formula, golden ratio to the n-th over the root of five, gives a number that is almost right. The integers near it
// are checked: f is the n-th Fibonacci number when 5 f^2 + 4 (n even) or 5 f^2 - 4 (n odd) is a square.
#include "fibonacci.h"

typedef unsigned __int128 wide;

const char *algorithm(void) {
    return "closed form";
}

static long double power(long double base, unsigned exponent) {
    long double result = 1;
    for (; exponent > 0; exponent /= 2) {
        if (exponent % 2 == 1)
            result *= base;
        base *= base;
    }
    return result;
}

static int is_square(wide number) {
    wide low = 0, high = (wide)1 << 66;
    while (low < high) {
        wide middle = (low + high) / 2;
        if (middle > 0 && middle > number / middle)
            high = middle;
        else
            low = middle + 1;
    }
    wide root = low - 1;
    return root * root == number;
}

static int is_fibonacci(unsigned long long candidate, unsigned n) {
    wide five_squares = (wide)5 * candidate * candidate;
    if (n % 2 == 0)
        return is_square(five_squares + 4);
    return five_squares >= 4 && is_square(five_squares - 4);
}

unsigned long long compute(unsigned n) {
    const long double golden_ratio = 1.618033988749894848204586834365638118L;
    const long double root_of_five = 2.236067977499789696409173668731276235L;
    unsigned long long estimate = power(golden_ratio, n) / root_of_five + 0.5L;
    for (unsigned distance = 0; distance < 10000; distance++) {
        if (is_fibonacci(estimate + distance, n))
            return estimate + distance;
        if (distance <= estimate && is_fibonacci(estimate - distance, n))
            return estimate - distance;
    }
    return 0;
}
