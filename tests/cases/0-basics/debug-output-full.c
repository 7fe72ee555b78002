// What LD_DEBUG tells goes to standard error when the file system of LD_DEBUG_OUTPUT is full.
//#Requires:root
//#Requires:host
//#NoOracle:the system's loader loses it
//#Script:mkdir full
//#Env:LD_DEBUG=libs
//#Env:LD_DEBUG_OUTPUT=@DIR@/full/trace
//#Wrap:unshare -m sh -c 'mount -t tmpfs -o size=4k none full && { cat /dev/zero > full/all 2>/dev/null; exec "$@"; }' sh "$@" 2>&1 | grep -cE 'warning: the output of LD_DEBUG cannot be written|find library=libc.so.6|^ran'
//#Expect:3
#include <stdio.h>

int main(void) { puts("ran"); }
