// No descriptor is free (RLIMIT_NOFILE): dlopen by path and by search say so, and work again when one is.
//#Copy:tests/runner/left_behind.h
//#Plugin:lib.c
//#Plugin:other.c:./liblib.so
#include "left_behind.h"
#include <errno.h>
#include <sys/resource.h>

static void refused(const char *name) {
    void *handle = dlopen(name, RTLD_NOW);
    printf("%s: %s\n", name, handle ? "opened" : dlerror());
}

int main(void) {
    works("./libother.so", RTLD_NOW);
    inventory();
    struct inventory before = inventory();
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    rlim_t old = limit.rlim_cur;
    limit.rlim_cur = dup(0);
    close(limit.rlim_cur);
    setrlimit(RLIMIT_NOFILE, &limit);
    refused("./liblib.so");
    refused("./libother.so");
    refused("libother.so");
    limit.rlim_cur = old;
    setrlimit(RLIMIT_NOFILE, &limit);
    works("./libother.so", RTLD_NOW);
    works("liblib.so", RTLD_NOW);
    compare(before, "afterwards");
}
//#File:lib.c
int answer(void) { return 1; }
//#File:other.c
int answer(void);
int other(void) { return answer(); }
