// --version names the build, its commit and the libcs that it knows.
//#By:name
//#NoOracle:the version is ours
//#Loader:--version
//#Wrap:"$@" | sed -E "s/[0-9a-f]{12}/COMMIT/; s/of no known commit/COMMIT/"
//#Expect:ld-luci.so 0.1.0 (COMMIT), release build for x86_64
//#Expect:Records of ...
//#Reject:ran
#include <stdio.h>

int main(void) { puts("ran"); }
