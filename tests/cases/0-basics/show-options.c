// --show-auxv, --show-args and --show-env print what the program is started with.
//#By:name
//#NoOracle:the system's loader has no such options
//#Loader:--show-auxv --show-args --show-env
//#Args:one 'two three'
//#Env:LD_BIND_NOW=1
//#Expect:AT_PAGESZ:            4096
//#Expect:argv[0]: ./prog
//#Expect:argv[1]: one
//#Expect:argv[2]: two three
//#Expect:env[2]: LD_BIND_NOW=1
//#Expect:ran
#include <stdio.h>

int main(void) { puts("ran"); }
