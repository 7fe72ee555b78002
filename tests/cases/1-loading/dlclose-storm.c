// 100,000 rounds of dlopen, call and dlclose: address space, resident memory and the number of mappings stay as they were.
//#Copy:tests/runner/storm.h
//#Plugin:lib.c:-nostartfiles -Wl,-z,norelro -Wl,-z,noseparate-code
#include "storm.h"

static int rounds(int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        void *lib = dlopen("./liblib.so", i % 2 ? RTLD_NOW : RTLD_LAZY);
        sum += ((int (*)(void))dlsym(lib, "next"))();
        dlclose(lib);
    }
    return sum;
}

int main(void) { storm(2000, 100000); }
//#File:lib.c
static int count = 3;
int next(void) { return count++; }
