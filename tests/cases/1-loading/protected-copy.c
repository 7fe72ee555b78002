// A copy of protected data made by an older linker's rules: the program runs, with two variables when the library reads its own.
//#Stderr:warning: copy relocation against non-copyable protected symbol `number' in
//#Requires:glibc>=2.35
//#NoPie
//#Flags:-fno-pic
//#Requires:ld:-z,noextern-protected-data
//#Shared:lib.c:-DPLAIN
//#Script:gcc -O1 -shared -fPIC -Wl,-soname,liblib.so -o liblib.so lib.c
//#Script:readelf -rW prog | grep -q R_X86_64_COPY
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

extern int number, plain;
int library_number(void), library_plain(void);

int main(void) {
    number = 5, plain = 6;
    printf("%d %d, %d %d\n", number, library_number(), plain, library_plain());
    printf("dlsym finds %d, by the handle %d\n", *(int *)dlsym(RTLD_DEFAULT, "number"), *(int *)dlsym(dlopen("./liblib.so", RTLD_NOW), "number"));
}
//#File:lib.c
#ifdef PLAIN
int number = 3;
#else
__attribute__((visibility("protected"))) int number = 3;
#endif
int plain = 4;
int library_number(void) { return number; }
int library_plain(void) { return plain; }
