// Prints Fibonacci numbers with the algorithm that computed them and the library's own count of calls, about ten lines a
// second, until Enter is pressed or standard input is closed. With an argument: the numbers 0 to N once.
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "fibonacci.h"

enum { INTERVAL_MS = 100, NUMBERS = 31 };

static void print(unsigned n) {
    unsigned long long value = fibonacci(n);
    printf("call %lu: fibonacci(%u) = %llu by %s\n", fibonacci_calls(), n, value, fibonacci_algorithm());
    fflush(stdout);
}

int main(int argc, char **argv) {
    if (argc > 1) {
        for (unsigned n = 0; n <= (unsigned)atoi(argv[1]); n++)
            print(n);
        return 0;
    }
    struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
    for (unsigned i = 0; poll(&input, 1, INTERVAL_MS) == 0; i++)
        print(i % NUMBERS);
    return 0;
}
