// --list-tunables shows what the environment sets, by GLIBC_TUNABLES and by variables of their own.
//#By:name
//#Loader:--list-tunables
//#Env:GLIBC_TUNABLES=glibc.malloc.check=2:glibc.cpu.hwcaps=-AVX2
//#Env:MALLOC_ARENA_MAX=5
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Expect:glibc.cpu.hwcaps: -AVX2
//#Expect:glibc.malloc.arena_max: 0x5 (min: 0x1, max: 0xffffffffffffffff)
//#Expect:glibc.malloc.check: 2 (min: 0, max: 3)
//#Reject:ran
#include <stdio.h>

int main(void) { puts("ran"); }
