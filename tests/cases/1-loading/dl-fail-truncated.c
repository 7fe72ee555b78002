// A library that is cut short: inside the ELF header, the program headers, before the last segment. (Cut inside a segment glibc maps it
// and dies of the access; not asked here.)
//#Copy:tests/runner/left_behind.h
//#Plugin:good.c
//#Script:for size in 10 63 64 100 200; do head -c $size libgood.so > cut$size.so; done
#include "left_behind.h"

int main(void) {
    static const char *names[] = {"./cut10.so", "./cut63.so", "./cut64.so", "./cut100.so", "./cut200.so"};
    for (int i = 0; i < 5; i++)
        fails(names[i], i % 2 ? RTLD_NOW : RTLD_LAZY);
    for (int i = 0; i < 5; i++) {
        remove(names[i]);
        link("libgood.so", names[i]);
        works(names[i], RTLD_NOW);
    }
}
//#File:good.c
int answer(void) { return 42; }
