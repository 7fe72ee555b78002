// A needed version that the library does not define: an error before the program starts.
//#Shared:lib.c:-Wl,--version-script=new.map
//#Script:gcc -shared -fPIC -Wl,-soname,liblib.so -Wl,--version-script=old.map -o liblib.so lib.c
//#Exit:1
//#Stderr:version `V2' not found (required by
#include <stdio.h>

int value(void);

int main(void) { printf("%d\n", value()); }
//#File:lib.c
int value(void) { return 5; }
//#File:new.map
V1 { };
V2 { global: value; } V1;
//#File:old.map
V1 { global: value; };
