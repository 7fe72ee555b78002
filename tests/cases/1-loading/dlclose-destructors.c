// Everything that runs at dlclose, in order: atexit handlers of the library, DT_FINI_ARRAY backwards, DT_FINI, then its dependency's.
//#Plugin:base.c:-Wl,-fini,base_fini
//#Plugin:lib.c:./libbase.so -Wl,-fini,lib_fini
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void of_program(void) { puts("atexit of the program"); }

int main(void) {
    atexit(of_program);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    ((void (*)(void))dlsym(lib, "register_more"))();
    puts("open");
    printf("close %d\n", dlclose(lib));
    lib = dlopen("./liblib.so", RTLD_NOW);
    puts("main ends");
}
//#File:base.c
#include <stdio.h>
#include <stdlib.h>
static void handler(void) { puts("atexit of base"); }
__attribute__((constructor)) static void begin(void) { atexit(handler); }
__attribute__((destructor)) static void end(void) { puts("array of base"); }
void base_fini(void) { puts("fini of base"); }
//#File:lib.c
#include <stdio.h>
#include <stdlib.h>
static void one(void) { puts("atexit 1 of lib"); }
static void two(void) { puts("atexit 2 of lib"); atexit(one); }
__attribute__((constructor)) static void begin(void) { atexit(one); }
void register_more(void) { atexit(two); }
__attribute__((destructor(101))) static void e101(void) { puts("array 101 of lib"); }
__attribute__((destructor(300))) static void e300(void) { puts("array 300 of lib"); }
__attribute__((destructor)) static void e(void) { puts("array of lib"); }
void lib_fini(void) { puts("fini of lib"); }
