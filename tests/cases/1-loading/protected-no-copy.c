// -z nocopyreloc in a program at fixed addresses: its references to the library's data are relocated in its text, and both share it.
//#NoPie
//#Flags:-fno-pic -Wl,-z,nocopyreloc -mcmodel=large -Wl,-z,notext
//#Requires:ld:-z,nocopyreloc
//#Shared:lib.c:-DPLAIN
//#Script:gcc -O1 -shared -fPIC -Wl,-soname,liblib.so -o liblib.so lib.c
//#Script:! readelf -rW prog | grep -q R_X86_64_COPY
//#Script:readelf -dW prog | grep -q TEXTREL
#include <stdio.h>

extern int number, guarded;
int library_number(void), library_guarded(void);

int main(void) {
    number = 5, guarded = 6;
    printf("%d %d\n", library_number(), library_guarded());
}
//#File:lib.c
int number = 3;
#ifdef PLAIN
int guarded = 4;
#else
__attribute__((visibility("protected"))) int guarded = 4;
#endif
int library_number(void) { return number; }
int library_guarded(void) { return guarded; }
