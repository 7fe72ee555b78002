// The interface of libfibonacci.so and, below, what each algorithm provides to it.
#ifndef FIBONACCI_H
#define FIBONACCI_H

#define EXPORTED __attribute__((visibility("default")))

// The n-th Fibonacci number, n <= 92.
EXPORTED unsigned long long fibonacci(unsigned n);
// How often fibonacci() was called since the process started.
EXPORTED unsigned long fibonacci_calls(void);
// What the version of the library that is running now is called.
EXPORTED const char *fibonacci_algorithm(void);

// Inside the library: one file per algorithm.
unsigned long long compute(unsigned n);
const char *algorithm(void);

#endif
