// R_X86_64_IRELATIVE: a local IFUNC, in library and program.
//#Shared:lib.c
//#Script:readelf -rW liblib.so | grep -q R_X86_64_IRELATIV; readelf -rW prog | grep -q R_X86_64_IRELATIV
//#Expect:program 3, library 4
#include <stdio.h>

int from_library(void);
static int three(void) { return 3; }
static void *choose(void) { return three; }
static int chosen(void) __attribute__((ifunc("choose")));

int main(void) { printf("program %d, library %d\n", chosen(), from_library()); }
//#File:lib.c
static int four(void) { return 4; }
static void *choose(void) { return four; }
static int chosen(void) __attribute__((ifunc("choose")));
int from_library(void) { return chosen(); }
