// The file of settings is cut while the program runs; its values hold on.
//#Plugin:directory/liblib.so=lib.c
//#Script:echo library-path = directory > conf
//#Loader:--luci-conf conf
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:7
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    if (truncate("conf", 0))
        return 1;
    void *library = dlopen("liblib.so", RTLD_NOW);
    int (*answer)(void) = library ? (int (*)(void))dlsym(library, "answer") : NULL;
    printf("%d\n", answer ? answer() : 0);
}
//#File:lib.c
int answer(void) { return 7; }
