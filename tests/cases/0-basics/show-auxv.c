// LD_SHOW_AUXV prints the auxiliary vector before the program runs.
//#Env:LD_SHOW_AUXV=1
//#Wrap:"$@" | sed -E "s/0x[0-9a-f]{8,}/ADDRESS/; s,[^ ]*/ld-(luci.so|linux[^\"]*),LOADER,; /^AT_PHNUM|^AT_ENTRY/d"
//#Expect:AT_PAGESZ:            4096
//#Expect:AT_SECURE:            0
//#Expect:ran
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
#include <stdio.h>

int main(void) { puts("ran"); }
