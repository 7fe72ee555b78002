// Lazy binding keeps all argument registers: integers, %al of varargs, vector registers, returned structures.
//#Shared:lib.c:-Wl,-z,lazy -O1
//#Flags:-Wl,-z,lazy
//#Env:LD_BIND_NOW=
#include <stdarg.h>
#include <stdio.h>

struct big { long a, b, c, d; };
struct pair { double x; long y; };
double sum8(double, double, double, double, double, double, double, double);
long mix(long, double, long, double, long, double, long, long, long, long, double);
struct big make_big(long, long);
struct pair make_pair(double, long);
long variadic(int, ...);
long double extended(long double, long double);

int main(void) {
    printf("%g\n", sum8(1, 2, 3, 4, 5, 6, 7, 8.5));
    printf("%ld\n", mix(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
    struct big big = make_big(3, 4);
    printf("%ld %ld %ld %ld\n", big.a, big.b, big.c, big.d);
    struct pair pair = make_pair(1.5, 9);
    printf("%g %ld\n", pair.x, pair.y);
    printf("%ld\n", variadic(3, 1.5, 2.5, 3.0));
    printf("%Lg\n", extended(1.25L, 2.5L));
}
//#File:lib.c
#include <stdarg.h>
struct big { long a, b, c, d; };
struct pair { double x; long y; };
double sum8(double a, double b, double c, double d, double e, double f, double g, double h) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h;
}
long mix(long a, double b, long c, double d, long e, double f, long g, long h, long i, long j, double k) {
    return a + 2 * b + 3 * c + 4 * d + 5 * e + 6 * f + 7 * g + 8 * h + 9 * i + 10 * j + 11 * k;
}
struct big make_big(long x, long y) { return (struct big){x, y, x + y, x * y}; }
struct pair make_pair(double x, long y) { return (struct pair){x, y}; }
long variadic(int count, ...) {
    va_list list;
    double sum = 0;
    va_start(list, count);
    while (count--)
        sum = sum * 10 + va_arg(list, double);
    va_end(list);
    return sum;
}
long double extended(long double a, long double b) { return a + b; }
