// DT_RPATH comes before LD_LIBRARY_PATH.
//#Plugin:rpath/liba.so=a.c:-norpath -DWHERE='"RPATH"'
//#Plugin:variable/liba.so=a.c:-norpath -DWHERE='"LD_LIBRARY_PATH"'
//#Flags:-norpath rpath/liba.so -Wl,--disable-new-dtags,-rpath,@DIR@/rpath
//#Env:LD_LIBRARY_PATH=@DIR@/variable
//#Expect:RPATH
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
const char *a(void) { return WHERE; }
