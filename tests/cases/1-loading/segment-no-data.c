// A library without writable data of its own, and one without any function.
//#Shared:text.c:-nostartfiles
//#Shared:data.c:-nostartfiles
//#Expect:3 4
#include <stdio.h>

int three(void);
extern const int four;

int main(void) { printf("%d %d\n", three(), four); }
//#File:text.c
int three(void) { return 3; }
//#File:data.c
const int four = 4;
