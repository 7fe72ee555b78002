// Protected data without a copy: a PIE that reaches it through the GOT shares it with the library; interposition changes the others.
//#Shared:lib.c
//#Shared:other.c:./liblib.so
//#Plugin:pre.c
//#Env:LD_PRELOAD=./libpre.so
//#Flags:-fPIC
#include <stdio.h>

extern int number, interposed;
int lib_number(void), other_number(void), lib_interposed(void), other_interposed(void);
int *lib_address(void);

int main(void) {
    number = 5;
    printf("%d %d %d, address %d\n", number, lib_number(), other_number(), lib_address() == &number);
    printf("%d %d %d\n", interposed, lib_interposed(), other_interposed());
}
//#File:lib.c
__attribute__((visibility("protected"))) int number = 3, interposed = 4;
int lib_number(void) { return number; }
int lib_interposed(void) { return interposed; }
int *lib_address(void) { return &number; }
//#File:other.c
extern int number, interposed;
int other_number(void) { return number; }
int other_interposed(void) { return interposed; }
//#File:pre.c
int interposed = 40;
