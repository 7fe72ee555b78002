// LD_BIND_NOW: a missing function of a lazily bound library is an error at the start; without it only when called.
//#Shared:lib.c:-DALL -Wl,-z,lazy
//#Flags:-Wl,-z,lazy
//#Script:gcc -O1 -shared -fPIC -Wl,-soname,liblib.so -o liblib.so lib.c
//#Env:LD_BIND_NOW=1
//#Exit:127
//#Stderr:symbol lookup error
//#Stderr:undefined symbol: second
#include <stdio.h>

int first(void), second(void);

int main(int argc, char **argv) {
    printf("%d\n", first());
    return argc > 5 ? second() : 0;
}
//#File:lib.c
int first(void) { return 1; }
#ifdef ALL
int second(void) { return 2; }
#endif
