// $ORIGIN and ${ORIGIN} in several elements, also twice in one and in the middle.
//#Plugin:one/liba.so=a.c:-norpath
//#Plugin:two/libb.so=b.c:-norpath
//#Plugin:three/libc_.so=c.c:-norpath
//#Flags:-norpath one/liba.so two/libb.so three/libc_.so -Wl,-rpath,${ORIGIN}/one:$ORIGIN/two:/.//${ORIGIN}/three/../three
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
