// A missing function that is never called does no harm under lazy binding; called, it ends the program with status 127.
//#Shared:lib.c:-DALL -Wl,-z,lazy
//#Flags:-Wl,-z,lazy
//#Script:gcc -O1 -shared -fPIC -Wl,-soname,liblib.so -o liblib.so lib.c
//#Expect:1
//#Exit:127
//#Stderr:symbol lookup error
//#Stderr:undefined symbol: second
#include <stdio.h>

int first(void), second(void);

int main(void) {
    printf("%d\n", first());
    fflush(stdout);
    return second();
}
//#File:lib.c
int first(void) { return 1; }
#ifdef ALL
int second(void) { return 2; }
#endif
