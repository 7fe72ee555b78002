// DF_1_INTERPOSE in a library opened later changes nothing: neither in the global list, nor before its own user.
//#Shared:plain.c
//#Plugin:interpose.c:-Wl,-z,interpose
//#Plugin:user.c:./libplain.so ./libinterpose.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

const char *name(void);

int main(void) {
    void *user = dlopen("./libuser.so", RTLD_NOW | RTLD_GLOBAL);
    const char *(*ask)(void) = (const char *(*)(void))dlsym(user, "ask");
    printf("%s %s\n", name(), ask());
    printf("%s\n", ((const char *(*)(void))dlsym(RTLD_DEFAULT, "name"))());
    printf("%s\n", ((const char *(*)(void))dlsym(user, "name"))());
}
//#File:plain.c
const char *name(void) { return "plain"; }
//#File:interpose.c
const char *name(void) { return "interpose"; }
//#File:user.c
const char *name(void);
const char *ask(void) { return name(); }
