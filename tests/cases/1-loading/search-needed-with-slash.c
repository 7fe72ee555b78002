// A DT_NEEDED with a slash is a path and is not searched for.
//#Plugin:sub/liba.so=a.c:-norpath -nosoname
//#Plugin:path/liba.so=a.c:-norpath -nosoname -DWRONG
//#Flags:-norpath @DIR@/sub/liba.so
//#Env:LD_LIBRARY_PATH=@DIR@/path
//#Script:readelf -dW prog | grep -q 'NEEDED.*@DIR@/sub/liba.so'
//#Expect:right
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
#ifdef WRONG
const char *a(void) { return "wrong"; }
#else
const char *a(void) { return "right"; }
#endif
