// First calls through the PLT inside constructors and destructors of opened libraries, of libraries that are not constructed yet.
//#Plugin:base.c
//#Plugin:lib.c:-Wl,-z,lazy ./libbase.so
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    for (int round = 0; round < 2; round++) {
        void *lib = dlopen("./liblib.so", RTLD_LAZY);
        puts("open");
        dlclose(lib);
    }
}
//#File:base.c
#include <stdio.h>
static int calls;
int early(void) { return ++calls; }
int late(void) { return calls += 10; }
__attribute__((constructor)) static void begin(void) { puts("+base"); }
__attribute__((destructor)) static void end(void) { printf("-base %d\n", calls); }
//#File:lib.c
#include <stdio.h>
int early(void), late(void);
__attribute__((constructor)) static void begin(void) { printf("+lib %d\n", early()); }
__attribute__((destructor)) static void end(void) { printf("-lib %d\n", late()); }
