// A word that LD_DEBUG does not know is told, and the others count.
//#Env:LD_DEBUG=nosuch,reloc
//#Stderr:warning: debug option `nosuch' unknown; try LD_DEBUG=help
//#Stderr:relocation processing: ./prog
//#Expect:ran
#include <stdio.h>

int main(void) { puts("ran"); }
