// An auditor that does not exist: ld.so's message, and the program goes on.
//#Env:LD_AUDIT=./libnone.so
//#Wrap:"$@" 2>&1
//#Exit:0
#include <stdio.h>

int main(void) { puts("main"); }
