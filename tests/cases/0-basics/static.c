// A static program by name: run as glibc's loader does it, or refused with one sentence.
//#Static
//#By:interp
//#Expect:static
#include <stdio.h>

int main(void) { puts("static"); }
