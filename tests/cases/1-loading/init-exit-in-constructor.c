// exit() inside a constructor: only what was initialised is finalised.
//#Shared:b.c
//#Shared:a.c:./libb.so
//#Exit:3
#include <stdio.h>

__attribute__((destructor)) static void end(void) { puts("main's destructor"); }

int main(void) { puts("not reached"); }
//#File:a.c
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void begin(void) { puts("a exits"); exit(3); }
__attribute__((destructor)) static void end(void) { puts("a's destructor"); }
//#File:b.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { puts("b begins"); }
__attribute__((destructor)) static void end(void) { puts("b's destructor"); }
