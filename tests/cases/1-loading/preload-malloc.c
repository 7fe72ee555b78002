// A preloaded malloc family serves everything, libc's own allocations too, and finds the next one with RTLD_NEXT.
//#Plugin:pre.c
//#Env:LD_PRELOAD=./libpre.so
//#Expect:counted
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int calls(void) __attribute__((weak));

int main(void) {
    int before = calls();
    char *copy = strdup("text"), *printed;
    if (asprintf(&printed, "%s %d", copy, 1) < 0)
        return 1;
    free(copy);
    free(printed);
    puts(calls() >= before + 2 ? "counted" : "not counted");
}
//#File:pre.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stddef.h>
static int count;
static void *(*next)(size_t);
int calls(void) { return count; }
void *malloc(size_t size) {
    if (!next)
        next = (void *(*)(size_t))dlsym(RTLD_NEXT, "malloc");
    count++;
    return next(size);
}
