// LD_DEBUG=bindings names the version of a symbol.
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=bindings
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:binding file ./prog [0] to /lib/x86_64-linux-gnu/libc.so.6 [0]: normal symbol `puts' [GLIBC_2.2.5]
#include <stdio.h>

int main(void) { return puts("x") < 0; }
