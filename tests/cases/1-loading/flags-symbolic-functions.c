// -Bsymbolic-functions: calls inside the library are its own, data is interposed; DT_SYMBOLIC by hand on the program changes nothing.
//#Shared:lib.c:-Wl,-Bsymbolic-functions
//#Flags:-rdynamic -Wl,-Bsymbolic
#include <stdio.h>

const char *name(void) { return "program"; }
int number = 1;
const char *ask(void), *through_pointer(void);
int get(void);

int main(void) { printf("%s %s %d %s\n", ask(), through_pointer(), get(), name()); }
//#File:lib.c
const char *name(void) { return "library"; }
int number = 2;
const char *ask(void) { return name(); }
const char *through_pointer(void) {
    const char *(*volatile pointer)(void) = name;
    return pointer();
}
int get(void) { return number; }
