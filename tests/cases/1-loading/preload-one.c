// LD_PRELOAD interposes a function of another library and one of libc.
//#Shared:lib.c
//#Plugin:pre.c
//#Env:LD_PRELOAD=./libpre.so
//#Expect:preloaded preloaded 4242
#include <stdio.h>
#include <unistd.h>

const char *name(void), *by_library(void);

int main(void) { printf("%s %s %d\n", name(), by_library(), getppid()); }
//#File:lib.c
const char *name(void) { return "library"; }
const char *by_library(void) { return name(); }
//#File:pre.c
const char *name(void) { return "preloaded"; }
int getppid(void) { return 4242; }
