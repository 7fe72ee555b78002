// LD_BIND_NOW counts for dlopen with RTLD_LAZY, too: a function that nobody has is told there, also when it is unset later.
//#Plugin:lib.c:-Wl,-z,lazy
//#Env:LD_BIND_NOW=1
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    void *lib = dlopen("./liblib.so", RTLD_LAZY);
    const char *value = getenv("LD_BIND_NOW");
    printf("LD_BIND_NOW=%s: %s\n", value ? value : "(unset)", lib ? "opened" : dlerror());
    unsetenv("LD_BIND_NOW");
    lib = dlopen("./liblib.so", RTLD_LAZY);
    printf("unset later: %s\n", lib ? "opened" : dlerror());
}
//#File:lib.c
int nowhere(void);
int works(void) { return 1; }
int fails(void) { return nowhere(); }
