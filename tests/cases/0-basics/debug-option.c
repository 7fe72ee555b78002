// --debug and --debug-output are LD_DEBUG and LD_DEBUG_OUTPUT, and win over them.
//#By:name
//#NoOracle:the system's loader has no such options
//#Env:LD_DEBUG=files
//#Loader:--debug reloc --debug-output @DIR@/trace
//#Wrap:rm -f trace.*; "$@"; cat trace.* | cut -f2
//#Expect:ran
//#Reject:file=...
//#Expect:relocation processing: ./prog (lazy)
#include <stdio.h>

int main(void) { puts("ran"); }
