// Lazy binding keeps the whole of the ymm registers, as arguments and as results.
//#Requires:cpu:avx
//#Shared:lib.c:-Wl,-z,lazy -mavx
//#Flags:-Wl,-z,lazy -mavx
#include <immintrin.h>
#include <stdio.h>

__m256d combine(__m256d, __m256d, __m256d, __m256d, __m256d, __m256d, __m256d, __m256d);

int main(void) {
    __m256d one = _mm256_set_pd(4, 3, 2, 1);
    double out[4];
    for (int i = 0; i < 2; i++) {
        _mm256_storeu_pd(out, combine(one, one * 2, one * 3, one * 4, one * 5, one * 6, one * 7, one * 8));
        printf("%g %g %g %g\n", out[0], out[1], out[2], out[3]);
    }
}
//#File:lib.c
#include <immintrin.h>
__m256d combine(__m256d a, __m256d b, __m256d c, __m256d d, __m256d e, __m256d f, __m256d g, __m256d h) {
    return a + 10 * b + 100 * c + 1000 * d + e * f + g * h;
}
