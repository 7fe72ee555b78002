// A missing preload is an error message, and the program runs all the same.
//#Env:LD_PRELOAD=libnowhere.so:./libneither.so
//#Expect:ran
//#Stderr:object 'libnowhere.so' from LD_PRELOAD cannot be preloaded
//#Stderr:ignored.
#include <stdio.h>

int main(void) { puts("ran"); }
