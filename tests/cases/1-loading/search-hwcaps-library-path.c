// glibc-hwcaps folders below LD_LIBRARY_PATH: the best one that the processor has is taken.
//#Requires:glibc>=2.33
//#Plugin:path/liba.so=a.c:-norpath -DWHERE='"baseline"'
//#Plugin:path/glibc-hwcaps/x86-64-v2/liba.so=a.c:-norpath -DWHERE='"v2"'
//#Plugin:path/glibc-hwcaps/x86-64-v3/liba.so=a.c:-norpath -DWHERE='"v3"'
//#Plugin:path/glibc-hwcaps/x86-64-v4/liba.so=a.c:-norpath -DWHERE='"v4"'
//#Flags:-norpath path/liba.so
//#Env:LD_LIBRARY_PATH=@DIR@/path
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
const char *a(void) { return WHERE; }
