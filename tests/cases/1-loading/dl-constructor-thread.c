// A constructor of an opened library starts a thread that opens another library, asks it, and joins the thread.
//#NoOracle:glibc holds its lock while constructors run and hangs here
//#Plugin:other.c
//#Plugin:lib.c
//#Expect:constructor: other says 7
//#Expect:closed
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    if (!lib)
        return puts(dlerror()), 1;
    dlclose(lib);
    puts("closed");
}
//#File:other.c
int other(void) { return 7; }
//#File:lib.c
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
static void *run(void *when) {
    void *other = dlopen("./libother.so", RTLD_NOW);
    printf("%s: other says %d\n", (char *)when, ((int (*)(void))dlsym(other, "other"))());
    dlclose(other);
    return NULL;
}
__attribute__((constructor)) static void begin(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, run, "constructor");
    pthread_join(thread, NULL);
}
