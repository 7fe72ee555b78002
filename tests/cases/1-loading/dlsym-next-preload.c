// RTLD_NEXT in two preloaded libraries that wrap the same function: each calls the one behind it, down to the library and to libc.
//#Plugin:first.c
//#Plugin:second.c
//#Shared:lib.c
//#Env:LD_PRELOAD=./libfirst.so ./libsecond.so
#include <stdio.h>
#include <unistd.h>

int answer(int);

int main(void) {
    printf("%d\n", answer(1));
    printf("%d\n", getppid() == -5);
}
//#File:wrap.h
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <sys/types.h>
int answer(int n) {
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, "answer");
    printf(ME " asks the next with %d\n", n);
    return next(n * 10) + 1;
}
//#File:first.c
#define ME "first"
#include "wrap.h"
//#File:second.c
#define ME "second"
#include "wrap.h"
pid_t getppid(void) {
    pid_t (*next)(void) = (pid_t (*)(void))dlsym(RTLD_NEXT, "getppid");
    printf("second: libc has one: %d\n", next && next() >= 0);
    return -5;
}
//#File:lib.c
int answer(int n) { return n + 7; }
