// A program without a dynamic section needs nothing and is not run.
//#Static
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Reject:it ran
//#Expect:./prog (statically linked)
//#Exit:0
#include <stdio.h>
int main(void) { puts("it ran"); return 3; }
