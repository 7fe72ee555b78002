// An empty LD_DEBUG tells nothing.
//#Env:LD_DEBUG=
//#Wrap:"$@" 2>&1
//#Expect:ran
//#Reject:...:...
#include <stdio.h>

int main(void) { puts("ran"); }
