// A file of --library-conf that is not there is a warning, and the search is the usual one; an option beats the variable.
//#By:name
//#NoOracle:the file is ours
//#Env:LD_LIBRARY_CONF=@DIR@/missing
//#Wrap:"$@" 2>&1; @LD@ -c '' ./prog 2>&1; @LD@ --library-conf=. ./prog 2>&1
//#Expect:ld-luci.so: warning: @DIR@/missing: cannot read the list of directories: No such file or directory
//#Expect:ran
//#Expect:ran
//#Expect:ld-luci.so: warning: .: cannot read the list of directories: Is a directory
//#Expect:ran
#include <stdio.h>

int main(void) { puts("ran"); }
