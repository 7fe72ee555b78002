// $ORIGIN and ${ORIGIN} in the name given to dlopen are the directory of the caller: the program's, or the calling library's.
//#Plugin:top/libhere.so=here.c:-DANSWER=1
//#Plugin:sub/top/libhere.so=here.c:-DANSWER=2
//#Shared:sub/libcaller.so=caller.c
//#Flags:-Wl,-rpath,'$ORIGIN/sub'
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
    ask(dlopen("$ORIGIN/top/libhere.so", RTLD_NOW));
    ask(open_from_library("$ORIGIN/top/libhere.so"));
    ask(dlopen("${ORIGIN}/top/libhere.so", RTLD_NOW));
    ask(open_from_library("${ORIGIN}/top/libhere.so"));
    ask(open_from_library("$ORIGIN/../top/libhere.so"));
    ask(dlopen("$ORIGINAL/top/libhere.so", RTLD_NOW));
    ask(dlopen("$NOTHING/libhere.so", RTLD_NOW));
    ask(open_from_library("$ORIGIN/none.so"));
}
//#File:here.c
int answer(void) { return ANSWER; }
//#File:caller.c
#include <dlfcn.h>
void *open_from_library(const char *name) { void *handle = dlopen(name, RTLD_NOW); return handle; }
