// The stack protector's canary comes from AT_RANDOM, whose bytes newer glibcs replace afterwards.
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

int main(void) {
    unsigned long random, canary;
    memcpy(&random, (void *)getauxval(AT_RANDOM), sizeof random);
    __asm__("mov %%fs:0x28, %0" : "=r"(canary));
    printf("%d %d\n", canary == (random & ~0xfful), canary != 0 && (canary & 0xff) == 0);
}
