// R_X86_64_DTPMOD64 without symbol: local dynamic access, several variables of one module.
//#Shared:lib.c:-ftls-model=local-dynamic
//#Script:readelf -rW liblib.so | grep -q R_X86_64_DTPMOD64; ! readelf -rW liblib.so | grep -q R_X86_64_DTPOFF64
//#Expect:11 22 33
//#Expect:12 24 36
#include <stdio.h>

void step(int *);

int main(void) {
    int values[3];
    for (int i = 0; i < 2; i++) {
        step(values);
        printf("%d %d %d\n", values[0], values[1], values[2]);
    }
}
//#File:lib.c
static __thread int a = 10, b = 20;
static __thread long c = 30;
void step(int *out) {
    out[0] = a += 1;
    out[1] = b += 2;
    out[2] = c += 3;
}
