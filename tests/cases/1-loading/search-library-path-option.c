// By name, --library-path replaces LD_LIBRARY_PATH.
//#By:name
//#Plugin:option/liba.so=a.c:-norpath -DWHERE='"option"'
//#Plugin:variable/liba.so=a.c:-norpath -DWHERE='"variable"'
//#Flags:-norpath option/liba.so
//#Loader:--library-path @DIR@/option
//#Env:LD_LIBRARY_PATH=@DIR@/variable
//#Expect:option
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
const char *a(void) { return WHERE; }
