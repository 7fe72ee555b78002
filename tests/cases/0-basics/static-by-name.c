// A static program by name runs, or is refused with a sentence and status 127; never a signal.
//#Static
//#By:name
//#Wrap:"$@" >out 2>err; status=$?; case $status in 0) grep -q static out && echo fine;; 127) grep -q prog err && echo fine;; *) echo "status $status"; cat err;; esac
//#Expect:fine
//#NoOracle:glibc's loader crashes with some static programs
#include <stdio.h>

int main(void) { puts("static"); }
