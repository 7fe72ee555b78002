// --exclude takes several names separated by a colon: neither library is loaded, and nothing else provides what is weak.
//#Shared:a.c
//#Shared:b.c
//#Loader:--exclude liba.so:libb.so
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:without a, without b
#include <stdio.h>

__attribute__((weak)) int a(void);
__attribute__((weak)) int b(void);

int main(void) { printf("%s a, %s b\n", a ? "with" : "without", b ? "with" : "without"); }
//#File:a.c
int a(void) { return 1; }
//#File:b.c
int b(void) { return 2; }
