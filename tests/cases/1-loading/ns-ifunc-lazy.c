// Lazy binding, copies of string functions chosen by IFUNC, and an IFUNC of its own work inside a namespace; a lazy symbol that is
// missing ends the program with the library's name.
//#Plugin:helper.c
//#Plugin:lib.c:-Wl,-z,lazy ./libhelper.so
//#Stderr:undefined symbol: nowhere
//#Exit:127
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int helper(void) { return -1; }

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_LAZY);
    int (*work)(const char *) = dlsym(handle, "work");
    printf("%d %d\n", work("some text"), work("other"));
    fflush(stdout);
    work("");
    puts("not reached");
}
//#File:helper.c
static int one(void) { return 1000; }
static int two(void) { return 2000; }
static int (*choose(void))(void) {
    __builtin_cpu_init();
    return __builtin_cpu_supports("sse2") ? two : one;
}
int chosen(void) __attribute__((ifunc("choose")));
int helper(void) { return 20; }
//#File:lib.c
#include <string.h>
extern int helper(void), chosen(void), nowhere(void);
int work(const char *text) {
    char copy[50];
    if (!*text)
        return nowhere();
    memmove(copy, text, strlen(text) + 1);
    return helper() + chosen() + (strchr(copy, 't') - copy);
}
