// LD_SHOW_ARGS and LD_SHOW_ENV are their options.
//#NoOracle:the system's loader has no such variables
//#Env:LD_SHOW_ARGS=1
//#Env:LD_SHOW_ENV=1
//#Args:one
//#Expect:argv[0]: ./prog
//#Expect:argv[1]: one
//#Expect:env[0]: PATH=...
//#Expect:ran
#include <stdio.h>

int main(void) { puts("ran"); }
