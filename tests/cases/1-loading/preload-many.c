// LD_PRELOAD with several files, separated by blanks and colons: the first one wins, constructors run from the last to the first.
//#Plugin:a.c
//#Plugin:b.c
//#Plugin:c.c
//#Env:LD_PRELOAD=./liba.so ./libb.so:./libc.so
#include <stdio.h>

const char *who(void) __attribute__((weak));
const char *only_c(void) __attribute__((weak));

int main(void) { printf("%s %s\n", who(), only_c()); }
//#File:a.c
#include <stdio.h>
const char *who(void) { return "a"; }
__attribute__((constructor)) static void begin(void) { puts("+a"); }
//#File:b.c
#include <stdio.h>
const char *who(void) { return "b"; }
__attribute__((constructor)) static void begin(void) { puts("+b"); }
//#File:c.c
#include <stdio.h>
const char *who(void) { return "c"; }
const char *only_c(void) { return "from c"; }
__attribute__((constructor)) static void begin(void) { puts("+c"); }
