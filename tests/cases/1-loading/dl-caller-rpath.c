// RPATH of the caller is searched by its dlopen, then that of the object that loaded it, then the program's; RUNPATH ends this.
//#Plugin:one/libpx.so=x.c:-DANSWER=1
//#Plugin:two/libpx.so=x.c:-DANSWER=2
//#Plugin:one/libpy.so=x.c:-DANSWER=3
//#Plugin:two/libpz.so=x.c:-DANSWER=4
//#Plugin:three/libpy.so=x.c:-DANSWER=5
//#Plugin:plain.c:-norpath
//#Plugin:with.c:-norpath -Wl,--disable-new-dtags -Wl,-rpath,'$ORIGIN/two'
//#Plugin:run.c:-norpath -Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN/three'
//#Flags:-norpath -Wl,--disable-new-dtags -Wl,-rpath,'$ORIGIN/one'
#include <dlfcn.h>
#include <stdio.h>

static void ask(const char *library, const char *name) {
    void *caller = dlopen(library, RTLD_NOW);
    if (!caller)
        return (void)puts(dlerror());
    void *handle = ((void *(*)(const char *))dlsym(caller, "open_it"))(name);
    if (!handle)
        return (void)puts(dlerror());
    printf("%s %s: %d\n", library, name, ((int (*)(void))dlsym(handle, "answer"))());
    dlclose(handle);
    dlclose(caller);
}

int main(void) {
    static const char *libraries[] = {"./libplain.so", "./libwith.so", "./librun.so"};
    static const char *names[] = {"libpx.so", "libpy.so", "libpz.so"};
    for (int i = 0; i < 9; i++)
        ask(libraries[i / 3], names[i % 3]);
}
//#File:x.c
int answer(void) { return ANSWER; }
//#File:plain.c
#include <dlfcn.h>
void *open_it(const char *name) { void *handle = dlopen(name, RTLD_NOW); return handle; }
//#File:with.c
#include "plain.c"
//#File:run.c
#include "plain.c"
