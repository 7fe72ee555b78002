// A failed RTLD_GLOBAL open: nothing of it is found by later libraries, the global order and what was open are as before.
//#Copy:tests/runner/left_behind.h
//#Plugin:half.c
//#Plugin:broken.c:./libhalf.so -Wl,-z,now
//#Plugin:kept.c
//#Plugin:user.c:-Wl,-z,lazy
#include "left_behind.h"

int main(void) {
    void *self = dlopen(NULL, RTLD_NOW), *kept = dlopen("./libkept.so", RTLD_NOW);
    fails("./libbroken.so", RTLD_LAZY | RTLD_GLOBAL);
    printf("found: %d %d %d\n", dlsym(self, "half") != NULL, dlsym(self, "broken") != NULL, dlsym(self, "kept") != NULL);
    fails("./libuser.so", RTLD_NOW);
    dlopen("./libkept.so", RTLD_NOW | RTLD_GLOBAL);
    void *user = dlopen("./libuser.so", RTLD_LAZY);
    printf("%d\n", ((int (*)(void))dlsym(user, "use"))());
    dlclose(user), dlclose(kept), dlclose(kept);
    printf("kept: %d\n", dlopen("./libkept.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
}
//#File:half.c
int half(void) { return 1; }
int kept(void) { return 1; }
//#File:broken.c
int half(void), nowhere(void);
int broken(void) { return half() + nowhere(); }
//#File:kept.c
#include <stdio.h>
int kept(void) { return 2; }
__attribute__((destructor)) static void end(void) { puts("kept ends"); }
//#File:user.c
int half(void), kept(void);
int use(void) { return kept(); }
int use_half(void) { return half(); }
