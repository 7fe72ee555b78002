// The stack protector's canary and the pointer guard are random, the same in all threads.
//#Flags:-fstack-protector-all
#include <pthread.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static uintptr_t read_canary(void) {
    uintptr_t value;
    __asm__("mov %%fs:0x28, %0" : "=r"(value));
    return value;
}

static void *run(void *unused) { return (void *)read_canary(); }
static void leave(void) { puts("left"); }

int main(void) {
    uintptr_t mine = read_canary(), its;
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, (void **)&its);
    printf("nonzero %d, zero byte %d, same %d\n", mine != 0, (mine & 0xff) == 0, mine == its);
    jmp_buf buffer;
    volatile int rounds = 0;
    if (setjmp(buffer) < 3)
        longjmp(buffer, ++rounds);
    printf("%d\n", rounds);
    atexit(leave);
}
