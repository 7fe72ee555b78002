// DT_FILTER whose filtee is missing: the program does not start, as if it were needed.
//#Shared:lib.c:-Wl,-F,libfiltee.so
//#Stderr:error while loading shared libraries: libfiltee.so: cannot open shared object file: No such file or directory
//#Exit:127
#include <stdio.h>

int number(void);

int main(void) { printf("%d\n", number()); }
//#File:lib.c
int number(void) { return 1; }
