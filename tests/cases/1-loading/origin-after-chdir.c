// $ORIGIN stays what it was when the file was opened: a program and a library of relative names, asked after chdir.
//#Plugin:sub/libfirst.so=first.c:-norpath
//#Plugin:sub/libsecond.so=second.c:-norpath
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

static void show(const char *what, void *handle) {
    char origin[4096] = "";
    if (!handle)
        puts(dlerror());
    else
        printf("%s: %d %s\n", what, dlinfo(handle, RTLD_DI_ORIGIN, origin), origin);
}

int main(void) {
    void *first = dlopen("sub/libfirst.so", RTLD_NOW);
    if (chdir("/") || !first)
        return 1;
    void *(*open_beside)(void) = (void *(*)(void))dlsym(first, "open_beside");
    show("library", first);
    show("beside it", open_beside());
    show("program", dlopen(NULL, RTLD_NOW));
    show("beside the program", dlopen("$ORIGIN/sub/libfirst.so", RTLD_NOW));
}
//#File:first.c
#include <dlfcn.h>
void *open_beside(void) { return dlopen("$ORIGIN/libsecond.so", RTLD_NOW); }
//#File:second.c
int second;
