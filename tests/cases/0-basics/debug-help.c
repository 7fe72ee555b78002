// LD_DEBUG=help prints the words and runs nothing.
//#Env:LD_DEBUG=help
//#Reject:ran
//#Expect:  libs        display library search paths
//#Expect:  statistics  display relocation statistics
//#Expect:  unused      determined unused DSOs
//#Wrap:"$@" | grep -v -e "^  tls " -e "^  security "
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
#include <stdio.h>

int main(void) { puts("ran"); }
