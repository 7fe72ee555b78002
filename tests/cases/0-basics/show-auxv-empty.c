// LD_SHOW_AUXV counts whatever its value.
//#Env:LD_SHOW_AUXV=
//#Wrap:"$@" | sed -E "s/0x[0-9a-f]{8,}/ADDRESS/; s,[^ ]*/ld-(luci.so|linux[^\"]*),LOADER,; /^AT_PHNUM|^AT_ENTRY/d"
//#Expect:AT_PAGESZ:            4096
//#Expect:ran
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
#include <stdio.h>

int main(void) { puts("ran"); }
