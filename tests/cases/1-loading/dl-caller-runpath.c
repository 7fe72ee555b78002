// dlopen searches the RUNPATH of the object that calls it: the library's own and not the program's, and the other way round.
//#Plugin:one/libx.so=x.c:-DANSWER=1
//#Plugin:two/libx.so=x.c:-DANSWER=2
//#Plugin:one/libonly.so=x.c:-DANSWER=11
//#Plugin:two/libonly2.so=x.c:-DANSWER=22
//#Shared:caller.c:-norpath -Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN/two'
//#Flags:-Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN:$ORIGIN/one'
#include <dlfcn.h>
#include <stdio.h>

void *open_from_library(const char *name);

static void ask(void *handle) {
    if (!handle)
        return (void)puts(dlerror());
    printf("%d\n", ((int (*)(void))dlsym(handle, "answer"))());
    dlclose(handle);
}

int main(void) {
    ask(dlopen("libx.so", RTLD_NOW));
    ask(open_from_library("libx.so"));
    ask(dlopen("libx.so", RTLD_NOW));
    ask(open_from_library("libonly.so"));
    ask(open_from_library("libonly2.so"));
    ask(dlopen("libonly2.so", RTLD_NOW));
    ask(dlopen("libonly.so", RTLD_NOW));
}
//#File:x.c
int answer(void) { return ANSWER; }
//#File:caller.c
#include <dlfcn.h>
void *open_from_library(const char *name) { void *handle = dlopen(name, RTLD_NOW); return handle; }
