// By name, --verify says by its status whether the loader can handle the program.
//#By:name
//#Loader:--verify
//#Reject:ran
#include <stdio.h>

int main(void) { puts("ran"); }
