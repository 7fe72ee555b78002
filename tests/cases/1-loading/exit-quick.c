// quick_exit: handlers of at_quick_exit of program and opened library backwards, no destructors; one of them opens and closes a library.
//#Plugin:lib.c
//#Plugin:closed.c
//#Exit:6
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void say(const char *text) { puts(text), fflush(stdout); }
static void first(void) { say("program's first"); }
static void last(void) { say("program's last"), dlclose(dlopen("./libclosed.so", RTLD_NOW)); }
static void never(void) { say("atexit: never"); }
__attribute__((destructor)) static void end(void) { say("destructor: never"); }

int main(void) {
    atexit(never);
    at_quick_exit(first);
    void *closed = dlopen("./libclosed.so", RTLD_NOW);
    dlopen("./liblib.so", RTLD_NOW);
    at_quick_exit(last);
    dlclose(closed);
    quick_exit(6);
}
//#File:lib.c
#include <stdio.h>
#include <stdlib.h>
static void of_lib(void) { puts("library's"), fflush(stdout); }
__attribute__((constructor)) static void begin(void) { at_quick_exit(of_lib); }
__attribute__((destructor)) static void end(void) { puts("library's destructor: never"), fflush(stdout); }
//#File:closed.c
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void begin(void) { puts("+closed"), fflush(stdout); }
__attribute__((destructor)) static void end(void) { puts("-closed"), fflush(stdout); }
