// At exit only the program's libc writes out its buffers: what a namespace still holds is lost, unless a destructor writes it.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *lost = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW), *kept = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    ((void (*)(const char *, int))dlsym(lost, "say"))("this one is lost", 0);
    ((void (*)(const char *, int))dlsym(kept, "say"))("this one is written by the destructor", 1);
    printf("the program's\n");
}
//#File:lib.c
#include <stdio.h>
static int flush;
void say(const char *text, int keep) {
    printf("%s\n", text);
    flush = keep;
}
__attribute__((destructor)) static void end(void) {
    if (flush)
        fflush(stdout);
}
