// Static TLS is given back at dlclose, in whatever order: 1,000 rounds with two libraries of different size and alignment.
//#NoOracle:glibc loses what lies between blocks of different alignment and has no room after some rounds
//#Plugin:one.c:-ftls-model=initial-exec
//#Plugin:two.c:-ftls-model=initial-exec
//#Expect:5 7, 1000 rounds
#include <dlfcn.h>
#include <stdio.h>

static int next(void *lib) { return ((int (*)(void))dlsym(lib, "next"))(); }

int main(void) {
    int one = 0, two = 0, round = 0;
    for (; round < 1000; round++) {
        void *handles[2] = {dlopen("./libone.so", RTLD_NOW)};
        handles[1] = handles[0] ? dlopen("./libtwo.so", RTLD_LAZY) : NULL;
        if (!handles[1])
            return printf("round %d: %s\n", round, dlerror()), 1;
        one = next(handles[0]), two = next(handles[1]);
        if (one != 5 || two != 7)
            break;
        dlclose(handles[round % 2]), dlclose(handles[1 - round % 2]);
    }
    printf("%d %d, %d rounds\n", one, two, round);
}
//#File:one.c
__thread int value = 5;
__thread char zeros[200];
int next(void) { return value++ + zeros[100]; }
//#File:two.c
__thread int value __attribute__((aligned(64))) = 7;
__thread char zeros[100];
int next(void) { return value++ + zeros[50]; }
