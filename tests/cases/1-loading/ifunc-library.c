// An IFUNC of a library, called from the program, from the library, and through a pointer: one function, one address.
//#Shared:lib.c
//#Expect:chosen chosen chosen
//#Expect:same address: 1
#include <stdio.h>

const char *chosen(void);
const char *from_library(void);
void *address_in_library(void);

int main(void) {
    const char *(*volatile pointer)(void) = chosen;
    printf("%s %s %s\n", chosen(), from_library(), pointer());
    printf("same address: %d\n", (void *)pointer == address_in_library());
}
//#File:lib.c
static const char *right(void) { return "chosen"; }
static void *choose(void) { return right; }
const char *chosen(void) __attribute__((ifunc("choose")));
const char *from_library(void) { return chosen(); }
void *address_in_library(void) { return chosen; }
