// dlopen of a filter whose filtee is missing fails with the filtee's name and leaves nothing; an auxiliary's is not
// missed, but what an auxiliary itself misses is.
//#Oracle:glibc>=2.36 2.31's fails an assertion
//#Plugin:gone.c
//#Plugin:filter.c:-Wl,-F,libnone.so
//#Plugin:auxiliary.c:-Wl,-f,libnone.so
//#Plugin:broken.c:./libgone.so
//#Plugin:half.c:-Wl,-f,libbroken.so
//#Script:rm libgone.so
#include <dlfcn.h>
#include <stdio.h>

static void try(const char *name) {
    void *handle = dlopen(name, RTLD_NOW);
    printf("%s: %s\n", name, handle ? "opened" : dlerror());
    if (handle)
        printf("%d\n", ((int (*)(void))dlsym(handle, "number"))());
    printf("left %d\n", dlopen(name, RTLD_NOW | RTLD_NOLOAD) != NULL);
}

int main(void) {
    try("./libfilter.so");
    try("./libfilter.so");
    try("./libauxiliary.so");
    try("./libhalf.so");
    printf("broken %d\n", dlopen("libbroken.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
}
//#File:gone.c
int gone;
//#File:filter.c
int number(void) { return 1; }
//#File:auxiliary.c
int number(void) { return 2; }
//#File:broken.c
int number(void) { return 3; }
//#File:half.c
int number(void) { return 4; }
