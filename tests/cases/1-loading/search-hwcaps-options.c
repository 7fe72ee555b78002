// By name, --glibc-hwcaps-prepend puts a folder in front and --glibc-hwcaps-mask leaves folders out.
//#By:name
//#Requires:glibc>=2.33
//#Plugin:path/liba.so=a.c:-norpath -DWHERE='"baseline"'
//#Plugin:path/glibc-hwcaps/mine/liba.so=a.c:-norpath -DWHERE='"mine"'
//#Plugin:path/glibc-hwcaps/x86-64-v2/libb.so=b.c:-norpath -DWHERE='"v2"'
//#Plugin:path/libb.so=b.c:-norpath -DWHERE='"baseline"'
//#Flags:-norpath path/liba.so path/libb.so
//#Loader:--glibc-hwcaps-prepend mine --glibc-hwcaps-mask none --library-path @DIR@/path
//#Expect:mine baseline
#include <stdio.h>

const char *a(void), *b(void);

int main(void) { printf("%s %s\n", a(), b()); }
//#File:a.c
const char *a(void) { return WHERE; }
//#File:b.c
const char *b(void) { return WHERE; }
