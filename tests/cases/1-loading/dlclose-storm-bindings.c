// 10,000 rounds with dependencies, global symbols, lazy bindings, dlsym by name and failures in between: nothing grows.
//#Copy:tests/runner/storm.h
//#Plugin:base.c:-nostartfiles
//#Plugin:lib.c:-nostartfiles -Wl,-z,lazy ./libbase.so
//#Plugin:user.c:-nostartfiles -Wl,-z,lazy
//#Plugin:broken.c:-nostartfiles -Wl,-z,now ./libbase.so
#include "storm.h"

static int rounds(int count) {
    int sum = 0;
    for (int i = 0; i < count; i++) {
        void *lib = dlopen("./liblib.so", RTLD_LAZY | RTLD_GLOBAL), *user = dlopen("./libuser.so", RTLD_LAZY);
        sum += ((int (*)(void))dlsym(user, "use"))();
        if (i % 3 == 0)
            sum += dlopen("./libbroken.so", RTLD_LAZY) == NULL && dlerror() != NULL;
        dlclose(lib);
        // lib and base are held by the binding
        sum += ((int (*)(void))dlsym(user, "use"))();
        dlclose(user);
    }
    return sum;
}

int main(void) {
    storm(1000, 10000);
    printf("all gone: %d\n", dlopen("libbase.so", RTLD_NOW | RTLD_NOLOAD) == NULL);
}
//#File:base.c
static int count;
int base(void) { return ++count; }
//#File:lib.c
int base(void);
int lib(void) { return base(); }
//#File:user.c
int lib(void);
int use(void) { return lib(); }
//#File:broken.c
int base(void), nowhere(void);
int broken(void) { return base() + nowhere(); }
