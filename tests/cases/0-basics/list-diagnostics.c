// --list-diagnostics prints what is known of loader, system and processor by the same keys as glibc's.
//#By:name
//#Loader:--list-diagnostics
//#Env:LD_BIND_NOW=a"b
//#Env:TERM=x
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Wrap:"$@" | sed -E "s/0x[0-9a-f]{10,}$/ADDRESS/; s,\"[^\"]*/ld-(luci.so|linux[^\"]*),LOADER,; s/(auxv.0x(7|a)..a_val=).*/\1N/; /version.luci/d"
//#Expect:dl_pagesize=0x1000
//#Expect:env_filtered[0x1]="HOME"
//#Expect:env[0x2]="LD_BIND_NOW=a\"b"
//#Expect:uname.sysname="Linux"
//#Expect:x86.cpu_features.level4_cache_size=...
//#Reject:ran
#include <stdio.h>

int main(void) { puts("ran"); }
