// RTLD_NODELETE and DF_1_NODELETE keep a library after the last dlclose, until the end.
//#Plugin:a.c
//#Plugin:b.c:-Wl,-z,nodelete
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    dlclose(dlopen("./liba.so", RTLD_NOW | RTLD_NODELETE));
    dlclose(dlopen("./libb.so", RTLD_NOW));
    printf("%d %d\n", dlopen("./liba.so", RTLD_NOW | RTLD_NOLOAD) != NULL, dlopen("./libb.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
}
//#File:a.c
#include <stdio.h>
__attribute__((destructor)) static void end(void) { puts("a ends"); }
//#File:b.c
#include <stdio.h>
__attribute__((destructor)) static void end(void) { puts("b ends"); }
