// A variable that is nowhere: an error before the program starts.
//#Shared:lib.c:-DALL
//#Script:gcc -O1 -shared -fPIC -Wl,-soname,liblib.so -o liblib.so lib.c
//#Exit:127
//#Stderr:symbol lookup error
//#Stderr:undefined symbol: number
#include <stdio.h>

int f(void);
extern int number;

int main(void) {
    puts("not reached");
    return f() + number;
}
//#File:lib.c
int f(void) { return 0; }
#ifdef ALL
int number;
#endif
//#Flags:-fPIC
