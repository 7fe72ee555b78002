// A library that demands indirect access: one address of its protected function for itself and a program that takes it from the GOT.
//#Requires:cc:-mno-direct-extern-access
//#Requires:glibc>=2.35
//#Flags:-fPIC -mno-direct-extern-access
//#Shared:lib.c:-mno-direct-extern-access
//#Script:readelf -nW liblib.so | grep -qi 'indirect external access'
#include <stdio.h>

const char *name(void);
extern int number;
const char *(*inside(void))(void);
int *inside_number(void);

int main(void) {
    number++;
    printf("%s, same function %d, same variable %d, %d\n", name(), inside() == name, inside_number() == &number, *inside_number());
}
//#File:lib.c
__attribute__((visibility("protected"))) const char *name(void) { return "library"; }
__attribute__((visibility("protected"))) int number = 3;
const char *(*inside(void))(void) { return name; }
int *inside_number(void) { return &number; }
