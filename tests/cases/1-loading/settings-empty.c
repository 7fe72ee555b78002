// A file of settings without any is as good as none.
//#Script:touch empty
//#Loader:--luci-conf empty
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:runs
#include <stdio.h>

int main(void) { puts("runs"); }
