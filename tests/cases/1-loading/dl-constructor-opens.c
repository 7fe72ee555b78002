// A constructor opens, asks and closes another library, opens itself (its constructor does not run again) and the one that runs it.
//#Plugin:other.c
//#Plugin:lib.c
//#Plugin:top.c:./liblib.so
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    for (int round = 0; round < 2; round++) {
        void *top = dlopen("./libtop.so", RTLD_NOW);
        printf("opened: %d\n", top != NULL);
        dlclose(top);
        printf("there: %d %d %d\n", dlopen("libtop.so", RTLD_NOW | RTLD_NOLOAD) != NULL,
               dlopen("liblib.so", RTLD_NOW | RTLD_NOLOAD) != NULL, dlopen("libother.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    }
}
//#File:other.c
#include <stdio.h>
int other(void) { return 7; }
__attribute__((constructor)) static void begin(void) { puts("+other"); }
__attribute__((destructor)) static void end(void) { puts("-other"); }
//#File:lib.c
#include <dlfcn.h>
#include <stdio.h>
static void *kept;
__attribute__((constructor)) static void begin(void) {
    puts("+lib");
    void *other = dlopen("./libother.so", RTLD_NOW);
    printf("asked: %d\n", ((int (*)(void))dlsym(other, "other"))());
    dlclose(other);
    kept = dlopen("./libother.so", RTLD_NOW);
    void *self = dlopen("liblib.so", RTLD_NOW), *top = dlopen("./libtop.so", RTLD_NOW);
    printf("itself: %d, top: %d\n", self != NULL, top != NULL);
    dlclose(top), dlclose(self);
    puts("lib is ready");
}
__attribute__((destructor)) static void end(void) {
    puts("-lib");
    dlclose(kept);
}
//#File:top.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { puts("+top"); }
__attribute__((destructor)) static void end(void) { puts("-top"); }
