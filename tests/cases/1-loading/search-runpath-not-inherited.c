// DT_RUNPATH of the program is for its own dependencies only: a library's dependency is not found by it.
//#Plugin:deep/libb.so=b.c:-norpath
//#Shared:deep/liba.so=a.c:-norpath deep/libb.so
//#Flags:-norpath -Wl,--enable-new-dtags,-rpath,$ORIGIN/deep -Wl,--allow-shlib-undefined -Wl,-rpath-link,deep
//#Exit:127
//#Stderr:error while loading shared libraries: libb.so: cannot open shared object file: No such file or directory
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
const char *b(void);
const char *a(void) { return b(); }
//#File:b.c
const char *b(void) { return "a b"; }
