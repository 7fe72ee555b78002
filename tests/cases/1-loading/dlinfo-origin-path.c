// dlinfo ORIGIN_PATH: the directory that ORIGIN copies, without a copy: the same place each time, for the program, initial and opened
// libraries, and libc; nothing for the loader; nothing that an object opened later or chdir changes.
//#Requires:glibc>=2.44
//#Shared:sub/libinitial.so=initial.c
//#Plugin:sub/libopened.so=initial.c:-norpath
//#Script:ln -s sub/libopened.so link.so
//#Flags:-norpath -Wl,-rpath,'$ORIGIN/sub'
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char *show(const char *what, void *handle) {
    const char *path = "unset", *again = NULL;
    char copy[4096] = "";
    int result = dlinfo(handle, RTLD_DI_ORIGIN_PATH, &path);
    dlinfo(handle, RTLD_DI_ORIGIN_PATH, &again);
    if (path)
        dlinfo(handle, RTLD_DI_ORIGIN, copy);
    printf("%s: %d %s, same place %d, same text %d\n", what, result, path ? path : "-", path == again, path && !strcmp(path, copy));
    return path;
}

int main(void) {
    const char *first = show("program", dlopen(NULL, RTLD_NOW));
    show("initial", dlopen("libinitial.so", RTLD_NOW));
    const char *relative = show("relative", dlopen("./sub/../sub/libopened.so", RTLD_NOW));
    show("by a link", dlopen("./link.so", RTLD_NOW));
    show("libc", dlopen("libc.so.6", RTLD_NOW));
    show("loader", dlopen("ld-linux-x86-64.so.2", RTLD_NOW));
    chdir("/");
    printf("%d %d\n", first == show("program", dlopen(NULL, RTLD_NOW)), relative == show("relative", dlopen("libopened.so", RTLD_NOW)));
}
//#File:initial.c
int initial;
