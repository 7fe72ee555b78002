// A library whose initial-exec TLS does not fit into the surplus: dlopen fails with a message.
//#Plugin:lib.c:-ftls-model=initial-exec
//#Expect:cannot allocate memory in static TLS block
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    const char *message = handle ? "loaded" : dlerror();
    puts(strstr(message, "cannot allocate memory in static TLS block") ? "cannot allocate memory in static TLS block" : message);
}
//#File:lib.c
__thread char value[100000];
int next(void) { return value[99999]++; }
