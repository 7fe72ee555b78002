// RTLD_LAZY leaves a function that nobody has until it is called, RTLD_NOW does not; data must be there in both modes.
//#Plugin:lazy.c:-Wl,-z,lazy
//#Plugin:data.c:-Wl,-z,lazy
//#Plugin:now.c:-Wl,-z,now
#include <dlfcn.h>
#include <stdio.h>

static void try(const char *name, int mode, const char *what) {
    void *handle = dlopen(name, mode);
    printf("%s: %s\n", what, handle ? "opened" : dlerror());
    if (handle) {
        printf("works: %d\n", ((int (*)(void))dlsym(handle, "works"))());
        printf("close: %d\n", dlclose(handle));
    }
}

int main(void) {
    try("./liblazy.so", RTLD_NOW, "now");
    try("./liblazy.so", RTLD_LAZY, "lazy");
    try("./liblazy.so", RTLD_NOW, "now");
    try("./liblazy.so", RTLD_LAZY | RTLD_NOW, "both");
    try("./libdata.so", RTLD_LAZY, "data, lazy");
    try("./libnow.so", RTLD_LAZY, "-z now, lazy");
    void *lazy = dlopen("./liblazy.so", RTLD_LAZY);
    printf("now, when it is there: %s\n", dlopen("./liblazy.so", RTLD_NOW) == lazy ? "opened" : dlerror());
}
//#File:lazy.c
int nowhere(void);
int works(void) { return 3; }
int fails(void) { return nowhere(); }
//#File:data.c
extern int nowhere_data;
int works(void) { return 4; }
int *fails(void) { return &nowhere_data; }
//#File:now.c
int nowhere(void);
int works(void) { return 5; }
int fails(void) { return nowhere(); }
