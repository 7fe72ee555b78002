// A dlopen that fails inside a constructor: the outer one succeeds and dlerror keeps the inner text for whoever asks.
//#Oracle:glibc>=2.34 older ones forget the error of the inner call when the outer one succeeds
//#Plugin:lib.c
//#Plugin:broken.c:-Wl,-z,now
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    const char *text = dlerror();
    printf("outer: %d, %s\n", lib != NULL, text ? text : "(no error)");
    printf("%d\n", ((int (*)(void))dlsym(lib, "works"))());
    dlclose(lib);
    text = dlerror();
    printf("after dlclose: %s\n", text ? text : "(no error)");
}
//#File:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
int works(void) { return 2; }
__attribute__((constructor)) static void begin(void) {
    printf("inner: %d\n", dlopen("./libbroken.so", RTLD_NOW) != NULL);
    puts(dlerror());
    dlopen("./libbroken.so", RTLD_LAZY);
}
__attribute__((destructor)) static void end(void) { dlsym(RTLD_DEFAULT, "nowhere_at_all"); }
//#File:broken.c
int nowhere(void);
int use(void) { return nowhere(); }
