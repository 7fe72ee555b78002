// The n-th power of ((1 1) (1 0)) holds the n-th number. Logarithmic time.
#include "fibonacci.h"

// A symmetric matrix ((a b) (b d)).
struct matrix {
    unsigned long long a, b, d;
};

const char *algorithm(void) {
    return "matrix power";
}

static struct matrix multiply(struct matrix x, struct matrix y) {
    return (struct matrix){x.a * y.a + x.b * y.b, x.a * y.b + x.b * y.d, x.b * y.b + x.d * y.d};
}

unsigned long long compute(unsigned n) {
    struct matrix result = {1, 0, 1}, power = {1, 1, 0};
    for (; n > 0; n /= 2) {
        if (n % 2 == 1)
            result = multiply(result, power);
        power = multiply(power, power);
    }
    return result.b;
}
