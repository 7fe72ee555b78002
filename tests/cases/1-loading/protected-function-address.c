// A program at fixed addresses takes the address of a function through its PLT: the library's protected function has another one
// inside, a plain function the same.
//#Stderr:warning: direct reference to protected function `guarded' in
//#Requires:glibc>=2.35
//#NoPie
//#Flags:-fno-pic
//#Shared:lib.c:-DPLAIN
//#Script:gcc -O1 -shared -fPIC -Wl,-soname,liblib.so -o liblib.so lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int guarded(void), plain(void);
void *guarded_inside(void), *plain_inside(void);

int main(void) {
    int (*volatile guarded_here)(void) = guarded, (*volatile plain_here)(void) = plain;
    printf("plain: same %d, %d\n", (void *)plain_here == plain_inside(), plain_here());
    printf("protected: same %d, %d\n", (void *)guarded_here == guarded_inside(), guarded_here());
    printf("dlsym: plain %d, protected %d\n", dlsym(RTLD_DEFAULT, "plain") == (void *)plain_here,
           dlsym(RTLD_DEFAULT, "guarded") == (void *)guarded_here);
}
//#File:lib.c
#ifdef PLAIN
int guarded(void) { return 1; }
#else
__attribute__((visibility("protected"))) int guarded(void) { return 1; }
#endif
int plain(void) { return 2; }
void *guarded_inside(void) { return guarded; }
void *plain_inside(void) { return plain; }
