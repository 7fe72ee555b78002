// dlsym of an IFUNC gives what the resolver chose; in libc too (memcpy).
//#Plugin:lib.c
//#Expect:chosen copied
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    const char *(*chosen)(void) = (const char *(*)(void))dlsym(handle, "chosen");
    void *(*copy)(void *, const void *, unsigned long) = (void *(*)(void *, const void *, unsigned long))dlsym(RTLD_DEFAULT, "memcpy");
    char text[7];
    copy(text, "copied", 7);
    printf("%s %s\n", chosen(), text);
}
//#File:lib.c
static const char *right(void) { return "chosen"; }
static void *choose(void) { return right; }
const char *chosen(void) __attribute__((ifunc("choose")));
