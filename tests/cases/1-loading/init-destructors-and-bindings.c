// Destructors run before those of what an object names in DT_NEEDED, even if that one uses a symbol of the object: at the
// end of the program, and when dlclose takes both away.
//#Plugin:libb.so=b.c
//#Shared:liba.so=a.c:-L. -lb
//#Plugin:libd.so=b.c:-DD
//#Plugin:libc-opened.so=a.c:-DD -L. -ld
//#Plugin:libroot.so=root.c:-L. -Wl,--no-as-needed -lc-opened
#include <dlfcn.h>
#include <stdio.h>

int use(void);

int main(void) {
    printf("%d\n", use());
    void *opened = dlopen("./libroot.so", RTLD_LAZY);
    if (!opened) return puts(dlerror());
    printf("close %d\n", dlclose(opened));
}
//#File:root.c
int root;
//#File:a.c
#include <stdio.h>
#ifdef D
#define NAME "opened"
#define below below_opened
#define common common_opened
#define use use_opened
#else
#define NAME "initial"
#endif
int below(void);
int common(void) { return 1; }
int use(void) { return below(); }
__attribute__((destructor)) static void end(void) { puts(NAME " upper ends"); fflush(stdout); }
//#File:b.c
#include <stdio.h>
#ifdef D
#define NAME "opened"
#define below below_opened
#define common common_opened
#else
#define NAME "initial"
#endif
__attribute__((weak)) int common(void) { return 2; }
int (*volatile pointer)(void) = common;
int below(void) { return pointer(); }
__attribute__((destructor)) static void end(void) { puts(NAME " lower ends"); fflush(stdout); }
