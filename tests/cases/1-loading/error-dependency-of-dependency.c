// The missing library of a library; nothing of the program runs, not even constructors.
//#Plugin:deep.c
//#Shared:lib.c:./libdeep.so
//#Flags:-Wl,-rpath-link,.
//#Script:rm libdeep.so
//#Exit:127
//#Stderr:libdeep.so: cannot open shared object file
#include <stdio.h>

int f(void);

__attribute__((constructor)) static void begin(void) { puts("constructor"); }
int main(void) { return f(); }
//#File:lib.c
#include <stdio.h>
int g(void);
int f(void) { return g(); }
__attribute__((constructor)) static void begin(void) { puts("library's constructor"); }
//#File:deep.c
int g(void) { return 0; }
