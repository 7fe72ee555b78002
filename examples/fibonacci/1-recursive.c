// The definition, word by word. Exponential time.
#include "fibonacci.h"

const char *algorithm(void) {
    return "recursive";
}

unsigned long long compute(unsigned n) {
    return n < 2 ? n : compute(n - 1) + compute(n - 2);
}
