// The RPATH of the object that calls dlopen is searched for the library, not for that library's dependencies: the caller is not
// who loaded it, in whichever way it was named.
//#Plugin:deep/libdeep.so=deep.c
//#Plugin:deep/libplugin.so=plugin.c:-norpath deep/libdeep.so
//#Plugin:rpath.c:-norpath -Wl,--disable-new-dtags -Wl,-rpath,'$ORIGIN/deep'
//#Plugin:runpath.c:-norpath -Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN/deep'
//#Script:mkdir shallow && cp deep/libplugin.so shallow/libother.so
#include <dlfcn.h>
#include <stdio.h>

static void ask(const char *library, const char *name) {
    void *caller = dlopen(library, RTLD_NOW);
    void *handle = ((void *(*)(const char *))dlsym(caller, "open_it"))(name);
    if (handle)
        printf("%s, %s: %d\n", library, name, ((int (*)(void))dlsym(handle, "plugin"))());
    else
        printf("%s, %s: %s\n", library, name, dlerror());
    if (handle)
        dlclose(handle);
    dlclose(caller);
}

int main(void) {
    static const char *libraries[] = {"./librunpath.so", "./librpath.so"};
    static const char *names[] = {"./shallow/libother.so", "$ORIGIN/shallow/libother.so", "libplugin.so"};
    for (int i = 0; i < 6; i++)
        ask(libraries[i % 2], names[i / 2]);
}
//#File:deep.c
int deep(void) { return 6; }
//#File:plugin.c
int deep(void);
int plugin(void) { return deep(); }
//#File:rpath.c
#include <dlfcn.h>
void *open_it(const char *name) { void *handle = dlopen(name, RTLD_NOW); return handle; }
//#File:runpath.c
#include "rpath.c"
