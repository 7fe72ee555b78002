// LD_SHOW_AUXV prints the vector and the program runs on.
//#Env:LD_SHOW_AUXV=1
//#NoOracle:the values differ from run to run
//#Expect:AT_SYSINFO_EHDR:...
//#Expect:AT_PHNUM:...
//#Expect:ran
#include <stdio.h>

int main(void) { puts("ran"); }
