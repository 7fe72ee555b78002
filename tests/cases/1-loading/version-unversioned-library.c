// A versioned reference is satisfied by a library without any versions, with a warning as glibc's.
//#Shared:lib.c:-Wl,--version-script=lib.map
//#Script:gcc -shared -fPIC -Wl,-soname,liblib.so -o liblib.so lib.c
//#Expect:5
//#Stderr:no version information available (required by
#include <stdio.h>

int value(void);

int main(void) { printf("%d\n", value()); }
//#File:lib.c
#include <stdlib.h>
int value(void) { return getenv("NONE") ? 1 : 5; }
//#File:lib.map
V1 { global: value; };
