// A program calls a library and reads its data.
//#Shared:lib.c
//#Expect:7 8
#include <stdio.h>

int add(int, int);
extern int number;

int main(void) { printf("%d %d\n", add(3, 4), number); }
//#File:lib.c
int number = 8;
int add(int a, int b) { return a + b; }
