// A filtee of each kind in one library, and a filtee that is a filter itself: the filter's comes before the auxiliary's, a filtee's
// own filtee before it.
//#Plugin:deepest.c
//#Plugin:one.c:-Wl,-F,libdeepest.so
//#Plugin:two.c
//#Shared:lib.c:-Wl,-F,libone.so -Wl,-f,libtwo.so
#include <stdio.h>

const char *a(void), *b(void), *c(void), *d(void), *e(void);

int main(void) { printf("%s %s %s %s %s\n", a(), b(), c(), d(), e()); }
//#File:deepest.c
const char *a(void) { return "deepest"; }
//#File:one.c
const char *a(void) { return "one"; }
const char *b(void) { return "one"; }
//#File:two.c
const char *b(void) { return "two"; }
const char *c(void) { return "two"; }
const char *e(void) { return "two"; }
//#File:lib.c
const char *a(void) { return "library"; }
const char *b(void) { return "library"; }
const char *c(void) { return "library"; }
const char *d(void) { return "library"; }
const char *e(void) { return "library"; }
