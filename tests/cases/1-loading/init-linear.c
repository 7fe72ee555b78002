// Constructors run from the deepest dependency up, destructors in the reverse order.
//#Shared:c.c
//#Shared:b.c:./libc.so
//#Shared:a.c:./libb.so
//#Flags:-nolibs ./liba.so
//#Expect:+c +b +a +main main -main -a -b -c
#include <stdio.h>

__attribute__((constructor)) static void begin(void) { printf("+main "); }
__attribute__((destructor)) static void end(void) { printf("-main "); }

int main(void) { printf("main "); }
//#File:a.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { printf("+a "); }
__attribute__((destructor)) static void end(void) { printf("-a "); }
//#File:b.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { printf("+b "); }
__attribute__((destructor)) static void end(void) { printf("-b "); }
//#File:c.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { printf("+c "); }
__attribute__((destructor)) static void end(void) { puts("-c"); }
