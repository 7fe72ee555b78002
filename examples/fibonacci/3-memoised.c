// The definition again, but no number is computed twice. The table lives on the stack: a new static variable would be new
// data, which a running process cannot take over.
#include "fibonacci.h"

enum { LARGEST = 92 };

const char *algorithm(void) {
    return "memoised";
}

static unsigned long long look_up(unsigned n, unsigned long long known[]) {
    if (n < 2)
        return n;
    if (known[n] == 0)
        known[n] = look_up(n - 1, known) + look_up(n - 2, known);
    return known[n];
}

unsigned long long compute(unsigned n) {
    unsigned long long known[LARGEST + 1];
    for (unsigned i = 0; i <= LARGEST; i++)
        known[i] = 0;
    return n <= LARGEST ? look_up(n, known) : 0;
}
