// dlopen inside a constructor: the opened library is initialised at once.
//#Plugin:late.c
//#Shared:lib.c
#include <stdio.h>

int main(void) { puts("main"); }
//#File:lib.c
#include <dlfcn.h>
#include <stdio.h>
__attribute__((constructor)) static void begin(void) {
    puts("lib begins");
    void *handle = dlopen("./liblate.so", RTLD_NOW);
    puts(handle ? "opened" : dlerror());
}
__attribute__((destructor)) static void end(void) { puts("lib ends"); }
//#File:late.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { puts("late begins"); }
__attribute__((destructor)) static void end(void) { puts("late ends"); }
