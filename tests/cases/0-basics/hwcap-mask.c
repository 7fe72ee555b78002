// LD_HWCAP_MASK sets the tunable glibc.cpu.hwcap_mask.
//#By:name
//#Loader:--list-tunables
//#Env:LD_HWCAP_MASK=0x3
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Expect:glibc.cpu.hwcap_mask: 0x3 (min: 0x0, max: 0xffffffffffffffff)
//#Reject:ran
#include <stdio.h>

int main(void) { puts("ran"); }
