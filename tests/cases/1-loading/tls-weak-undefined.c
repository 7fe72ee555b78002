// A weak undefined thread-local variable, referred to by the general dynamic model, does not stop the program.
//#Shared:lib.c
//#Expect:ran
#include <stdio.h>

int use(int);

int main(void) {
    use(0);
    puts("ran");
}
//#File:lib.c
extern __thread int nowhere __attribute__((weak));
int use(int really) { return really ? nowhere : 0; }
