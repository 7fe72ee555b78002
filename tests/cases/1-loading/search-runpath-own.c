// DT_RUNPATH of a library serves that library's dependencies, $ORIGIN being the library's folder.
//#Plugin:deep/er/libb.so=b.c:-norpath
//#Shared:deep/liba.so=a.c:-norpath deep/er/libb.so -Wl,-rpath,$ORIGIN/er
//#Flags:-norpath -Wl,--enable-new-dtags,-rpath,$ORIGIN/deep
//#Expect:a b
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
const char *b(void);
const char *a(void) { return b(); }
//#File:b.c
const char *b(void) { return "a b"; }
