// LD_DEBUG=files tells of an object that stays because another one uses it without needing it.
//#Plugin:user.c
//#Plugin:used.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=files
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:file=./libused.so [0];  needed by ./libuser.so [0] (relocation dependency)
#include <dlfcn.h>

int main(void) {
    void *used = dlopen("./libused.so", RTLD_NOW | RTLD_GLOBAL);
    void *user = dlopen("./libuser.so", RTLD_NOW);
    return !used || !user;
}
//#File:user.c
extern int value;
int *user(void) { return &value; }
//#File:used.c
int value = 7;
