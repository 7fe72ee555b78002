// LD_LIBRARY_PATH as it was at the start: later changes of the environment do not matter; names with a slash are not searched.
//#Plugin:one/libx.so=x.c:-DANSWER=1
//#Plugin:two/libx.so=x.c:-DANSWER=2
//#Plugin:two/liby.so=x.c:-DANSWER=3
//#Env:LD_LIBRARY_PATH=none:@DIR@/one
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void ask(const char *name) {
    void *handle = dlopen(name, RTLD_NOW);
    if (!handle)
        return (void)puts(dlerror());
    printf("%s: %d\n", name, ((int (*)(void))dlsym(handle, "answer"))());
    dlclose(handle);
}

int main(void) {
    ask("libx.so");
    setenv("LD_LIBRARY_PATH", "@DIR@/two", 1);
    setenv("LD_LIBRARY_PATH", "two", 1);
    ask("libx.so");
    ask("liby.so");
    ask("two/liby.so");
    ask("./libx.so");
    unsetenv("LD_LIBRARY_PATH");
    ask("libx.so");
}
//#File:x.c
int answer(void) { return ANSWER; }
