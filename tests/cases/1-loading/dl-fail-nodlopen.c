// DF_1_NOOPEN (-z nodlopen): refused when named and as a dependency; what the program started with may be opened.
//#Copy:tests/runner/left_behind.h
//#Shared:initial.c:-Wl,-z,nodlopen
//#Plugin:closed.c:-Wl,-z,nodlopen
//#Plugin:user.c:./libclosed.so
//#Plugin:open.c
#include "left_behind.h"

int initial(void);

int main(void) {
    fails("./libclosed.so", RTLD_NOW);
    fails("./libclosed.so", RTLD_LAZY | RTLD_GLOBAL);
    fails("./libuser.so", RTLD_NOW);
    printf("not loaded: %d\n", dlopen("./libclosed.so", RTLD_NOW | RTLD_NOLOAD) == NULL);
    void *handle = dlopen("libinitial.so", RTLD_NOW);
    printf("initial: %d\n", handle ? ((int (*)(void))dlsym(handle, "initial"))() + initial() : -1);
    rename("libopen.so", "libclosed.so");
    works("./libclosed.so", RTLD_NOW);
    works("./libuser.so", RTLD_NOW);
}
//#File:initial.c
int initial(void) { return 3; }
//#File:closed.c
int closed(void) { return 4; }
//#File:user.c
int closed(void);
int answer(void) { return closed() * 10; }
//#File:open.c
int closed(void) { return 4; }
int answer(void) { return closed(); }
