// Lazy binding keeps the whole of the zmm registers and the mask registers.
//#Requires:cpu:avx512f
//#Requires:cpu:avx512bw
//#Shared:lib.c:-Wl,-z,lazy -mavx512f -mavx512bw
//#Flags:-Wl,-z,lazy -mavx512f -mavx512bw
#include <immintrin.h>
#include <stdio.h>

__m512d combine(__m512d, __m512d, __m512d, __m512d, __m512d, __m512d, __m512d, __m512d);
double _Complex unused(void);

int main(void) {
    double values[8] = {1, 2, 3, 4, 5, 6, 7, 8}, out[8];
    __m512d one = _mm512_loadu_pd(values);
    for (int i = 0; i < 2; i++) {
        _mm512_storeu_pd(out, combine(one, one * 2, one * 3, one * 4, one * 5, one * 6, one * 7, one * 8));
        for (int k = 0; k < 8; k++)
            printf("%g ", out[k]);
        puts("");
    }
}
//#File:lib.c
#include <immintrin.h>
__m512d combine(__m512d a, __m512d b, __m512d c, __m512d d, __m512d e, __m512d f, __m512d g, __m512d h) {
    return a + 10 * b + 100 * c + 1000 * d + e * f + g * h;
}
