// LD_LIBRARY_PATH comes before DT_RUNPATH.
//#Plugin:runpath/liba.so=a.c:-norpath -DWHERE='"RUNPATH"'
//#Plugin:variable/liba.so=a.c:-norpath -DWHERE='"LD_LIBRARY_PATH"'
//#Flags:-norpath runpath/liba.so -Wl,--enable-new-dtags,-rpath,@DIR@/runpath
//#Env:LD_LIBRARY_PATH=@DIR@/nothing:@DIR@/variable
//#Expect:LD_LIBRARY_PATH
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
const char *a(void) { return WHERE; }
