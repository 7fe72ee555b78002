// An IFUNC of a non-PIE program and one of a library whose address the non-PIE program takes.
//#NoPie
//#Flags:-fno-pic
//#Shared:lib.c
//#Expect:own library 1
#include <stdio.h>

const char *of_library(void);
void *address_in_library(void);
static const char *right(void) { return "own"; }
static void *choose(void) { return right; }
const char *own(void) __attribute__((ifunc("choose")));

int main(void) {
    const char *(*volatile pointer)(void) = of_library;
    printf("%s %s %d\n", own(), pointer(), (void *)pointer == address_in_library());
}
//#File:lib.c
static const char *right(void) { return "library"; }
static void *choose(void) { return right; }
const char *of_library(void) __attribute__((ifunc("choose")));
void *address_in_library(void) { return of_library; }
