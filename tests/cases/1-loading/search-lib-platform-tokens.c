// $LIB is the distribution's library folder and $PLATFORM the processor's name; both in several elements.
//#Plugin:built/liba.so=a.c:-norpath
//#Plugin:built/libb.so=b.c:-norpath
//#Flags:-norpath built/liba.so built/libb.so -Wl,-rpath,$ORIGIN/${LIB}/x:$ORIGIN/p/$PLATFORM
//#Script:for lib in lib lib64 lib/x86_64-linux-gnu; do mkdir -p $lib/x; cp built/liba.so $lib/x/; done; for p in x86_64 haswell xeon_phi; do mkdir -p p/$p; cp built/libb.so p/$p/; done; rm -r built
//#Expect:a b
#include <stdio.h>

const char *a(void), *b(void);

int main(void) { printf("%s %s\n", a(), b()); }
//#File:a.c
const char *a(void) { return "a"; }
//#File:b.c
const char *b(void) { return "b"; }
