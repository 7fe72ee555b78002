// DT_RELR: packed relative relocations, more than one bitmap long, in library and program.
//#Requires:ld:-z,pack-relative-relocs
//#Requires:glibc>=2.36
//#Shared:lib.c:-Wl,-z,pack-relative-relocs
//#Flags:-Wl,-z,pack-relative-relocs
//#Script:readelf -dW liblib.so | grep -q RELR
//#Expect:500 500
#include <stdio.h>

int check(void);
static int own[500];
#define P(n) &own[n], &own[n + 1], &own[n + 2], &own[n + 3], &own[n + 4],
#define Q(n) P(n) P(n + 5) P(n + 10) P(n + 15) P(n + 20)
#define R(n) Q(n) Q(n + 25) Q(n + 50) Q(n + 75)
static int *pointers[] = {R(0) R(100) R(200) R(300) R(400)};

int main(void) {
    int good = 0;
    for (int i = 0; i < 500; i++)
        good += pointers[i] == &own[i];
    printf("%d %d\n", good, check());
}
//#File:lib.c
static int own[500];
#define P(n) &own[n], &own[n + 1], &own[n + 2], &own[n + 3], &own[n + 4],
#define Q(n) P(n) P(n + 5) P(n + 10) P(n + 15) P(n + 20)
#define R(n) Q(n) Q(n + 25) Q(n + 50) Q(n + 75)
static int *pointers[] = {R(0) R(100) R(200) R(300) R(400)};
int check(void) {
    int good = 0;
    for (int i = 0; i < 500; i++)
        good += pointers[i] == &own[i];
    return good;
}
