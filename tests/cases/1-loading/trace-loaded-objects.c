// LD_TRACE_LOADED_OBJECTS lists what would be loaded and does not run the program (this is what ldd uses).
//#Shared:lib.c
//#Env:LD_TRACE_LOADED_OBJECTS=1
//#Wrap:"$@" | sed 's,/[.]/,/,; s/ (0x[0-9a-f]*)//; /ld-/d; s/^[[:space:]]*//'
//#Expect:liblib.so => ...
//#Expect:libc.so.6 => ...
//#Reject:ran
#include <stdio.h>

int main(void) { puts("ran"); }
//#File:lib.c
int f(void) { return 0; }
