// DF_1_NOOPEN (-z nodlopen): dlopen is refused, by name, as a dependency, and in a namespace; what the program started with may
// be opened.
//#Plugin:alone.c:-Wl,-z,nodlopen
//#Plugin:user.c:./libalone.so
//#Shared:linked.c:-Wl,-z,nodlopen
//#Script:readelf -dW libalone.so | grep -q NOOPEN
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int linked(void);

static void try(const char *name, int mode) {
    void *handle = dlopen(name, mode);
    const char *error = dlerror();
    printf("%s: %s\n", name, handle ? "opened" : error ? error : "no message");
}

int main(void) {
    printf("%d\n", linked());
    try("./libalone.so", RTLD_NOW);
    try("./libalone.so", RTLD_NOW | RTLD_NOLOAD);
    try("./libuser.so", RTLD_NOW);
    try("./liblinked.so", RTLD_NOW);
    try("./liblinked.so", RTLD_NOW | RTLD_NOLOAD);
    printf("%s\n", dlmopen(LM_ID_NEWLM, "./libalone.so", RTLD_NOW) ? "opened" : dlerror());
}
//#File:alone.c
int alone;
//#File:user.c
extern int alone;
int *user(void) { return &alone; }
//#File:linked.c
int linked(void) { return 4; }
