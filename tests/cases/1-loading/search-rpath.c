// DT_RPATH of the program: finds its libraries, and those of its libraries too (it is inherited).
//#Plugin:deep/libb.so=b.c:-norpath
//#Shared:deep/liba.so=a.c:-norpath deep/libb.so
//#Flags:-norpath -Wl,--disable-new-dtags,-rpath,$ORIGIN/deep -Wl,-rpath-link,deep
//#Script:readelf -dW prog | grep -q '(RPATH)'
//#Expect:a b
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
const char *b(void);
const char *a(void) { return b(); }
//#File:b.c
const char *b(void) { return "a b"; }
