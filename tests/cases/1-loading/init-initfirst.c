// DF_1_INITFIRST: this library's constructor runs before all others.
//#Shared:a.c:
//#Shared:b.c:./liba.so
//#Shared:first.c:-Wl,-z,initfirst ./libb.so
//#Script:readelf -dW libfirst.so | grep -q INITFIRST
#include <stdio.h>

int main(void) { puts("main"); }
//#File:a.c
#include <unistd.h>
__attribute__((constructor)) static void begin(void) { write(1, "a\n", 2); }
//#File:b.c
#include <unistd.h>
__attribute__((constructor)) static void begin(void) { write(1, "b\n", 2); }
//#File:first.c
#include <unistd.h>
__attribute__((constructor)) static void begin(void) { write(1, "first\n", 6); }
