// LD_LIBRARY_PATH is separated by colons and semicolons; an empty element is the working directory.
//#Plugin:one/liba.so=a.c:-norpath
//#Plugin:two/libb.so=b.c:-norpath
//#Plugin:libc_.so=c.c:-norpath
//#Flags:-norpath one/liba.so two/libb.so libc_.so
//#Env:LD_LIBRARY_PATH=one;two::/nonexistent
//#Expect:a b c
#include <stdio.h>

const char *a(void), *b(void), *c(void);

int main(void) { printf("%s %s %s\n", a(), b(), c()); }
//#File:a.c
const char *a(void) { return "a"; }
//#File:b.c
const char *b(void) { return "b"; }
//#File:c.c
const char *c(void) { return "c"; }
