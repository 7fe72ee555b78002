// A library without la_version is no auditor: it is loaded, refused with a message and unloaded; the program goes on.
//#Oracle:glibc>=2.36 2.31's fails an assertion
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Wrap:"$@" 2>&1
//#Exit:0
#include <stdio.h>

int main(void) { puts("main"); }
//#File:audit.c
#include <unistd.h>
__attribute__((constructor)) static void begin(void) { write(1, "constructor\n", 12); }
__attribute__((destructor)) static void end(void) { write(1, "destructor\n", 11); }
void la_preinit(unsigned long *cookie) { write(1, "preinit\n", 8); }
