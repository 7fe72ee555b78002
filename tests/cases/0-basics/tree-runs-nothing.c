// No constructor, no IFUNC resolver and no auditor runs for an answer.
//#Requires:glibc>=2.34
//#Shared:lib.c
//#Plugin:auditor.c
//#Env:LD_AUDIT=./libauditor.so
//#Env:LD_BIND_NOW=1
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Reject:constructed
//#Reject:resolved
//#Reject:audited
//#Expect:4 objects; nothing is missing
//#Exit:0
int f(void);
int main(void) { return f(); }
//#File:lib.c
#include <unistd.h>
static int real(void) { return 0; }
static void *resolve(void) { write(1, "resolved\n", 9); return real; }
int f(void) __attribute__((ifunc("resolve")));
__attribute__((constructor)) static void start(void) { write(1, "constructed\n", 12); }
//#File:auditor.c
#include <unistd.h>
unsigned la_version(unsigned version) { write(1, "audited\n", 8); return version; }
