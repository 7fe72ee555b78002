// No address space for a library (RLIMIT_AS): told with errno's text, nothing left behind, and it opens when there is room again.
//#Copy:tests/runner/left_behind.h
//#Plugin:small.c
//#Plugin:big.c:./libsmall.so
#include "left_behind.h"
#include <sys/resource.h>

int main(void) {
    works("./libbig.so", RTLD_NOW);
    struct rlimit old, tight = {0};
    getrlimit(RLIMIT_AS, &old);
    FILE *file = fopen("/proc/self/statm", "r");
    unsigned long pages;
    if (fscanf(file, "%lu", &pages) != 1)
        return 1;
    fclose(file);
    tight.rlim_max = old.rlim_max;
    tight.rlim_cur = pages * 4096 + (64 << 20);
    setrlimit(RLIMIT_AS, &tight);
    fails("./libbig.so", RTLD_NOW);
    fails("./libbig.so", RTLD_LAZY | RTLD_GLOBAL);
    works("./libsmall.so", RTLD_NOW);
    setrlimit(RLIMIT_AS, &old);
    works("./libbig.so", RTLD_NOW);
}
//#File:small.c
int answer(void) { return 1; }
//#File:big.c
char big[256 << 20];
int answer(void) { return 2 + big[100]; }
