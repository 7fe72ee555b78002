// exit handlers and destructors that open, close and ask libraries at the end of the process; what they leave open is destructed, too.
//#Plugin:late.c
//#Plugin:open.c
//#Shared:initial.c
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void *opened;

static void at_exit(void) {
    printf("atexit: close %d\n", dlclose(opened));
    printf("atexit: late %d\n", dlopen("./liblate.so", RTLD_NOW) != NULL);
}

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    opened = dlopen("./libopen.so", RTLD_NOW);
    atexit(at_exit);
    return 2;
}
__attribute__((destructor)) static void end(void) { puts("-program"); }
//#File:late.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { puts("+late"); }
__attribute__((destructor)) static void end(void) { puts("-late"); }
//#File:open.c
#include <stdio.h>
__attribute__((destructor)) static void end(void) { puts("-open"); }
//#File:initial.c
#include <dlfcn.h>
#include <stdio.h>
__attribute__((destructor)) static void end(void) {
    puts("-initial");
    void *again = dlopen("./libopen.so", RTLD_NOW);
    printf("opened again: %d\n", again != NULL);
    printf("close %d\n", again ? dlclose(again) : -1);
}
