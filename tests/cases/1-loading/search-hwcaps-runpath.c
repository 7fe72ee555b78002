// glibc-hwcaps folders below DT_RUNPATH.
//#Requires:glibc>=2.33
//#Requires:cpu:sse4_2
//#Plugin:liba.so=a.c:-norpath -DWHERE='"baseline"'
//#Plugin:glibc-hwcaps/x86-64-v2/liba.so=a.c:-norpath -DWHERE='"v2"'
//#Flags:./liba.so
//#Expect:v2
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
const char *a(void) { return WHERE; }
