// --list-tunables prints the tunables of the libc, their values and bounds.
//#By:name
//#Loader:--list-tunables
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Expect:glibc.rtld.nns: 0x4 (min: 0x1, max: 0x10)
//#Expect:glibc.malloc.check: 0 (min: 0, max: 3)
//#Reject:ran
#include <stdio.h>

int main(void) { puts("ran"); }
