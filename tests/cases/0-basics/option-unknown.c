// An option that does not exist is told, with status 1.
//#By:name
//#NoOracle:glibc takes it for a program
//#Loader:--nosuch
//#Message:unrecognized option '--nosuch'; the option --help shows the usage
//#Exit:1
//#Reject:ran
#include <stdio.h>

int main(void) { puts("ran"); }
