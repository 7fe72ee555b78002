// dlinfo SERINFO and SERINFOSIZE: LD_LIBRARY_PATH, RUNPATH with tokens and missing folders, the system's; order, flags and size.
//#Plugin:sub/liblib.so=lib.c:-norpath -Wl,--enable-new-dtags -Wl,-rpath,'$ORIGIN/../other:/nonexistent/$LIB:relative::$ORIGIN'
//#Plugin:none.c:-norpath
//#Env:LD_LIBRARY_PATH=@DIR@/one::two;@DIR@/one:/usr/lib/:@DIR@
//#Script:mkdir -p one other
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

static void show(const char *what, void *handle) {
    Dl_serinfo size, *info;
    printf("%s: %d", what, dlinfo(handle, RTLD_DI_SERINFOSIZE, &size));
    info = malloc(size.dls_size);
    printf(" %d", dlinfo(handle, RTLD_DI_SERINFOSIZE, info));
    printf(" %d, %u paths\n", dlinfo(handle, RTLD_DI_SERINFO, info), info->dls_cnt);
    size_t needed = offsetof(Dl_serinfo, dls_serpath) + info->dls_cnt * sizeof(Dl_serpath);
    for (unsigned i = 0; i < info->dls_cnt; i++) {
        const char *name = info->dls_serpath[i].dls_name;
        printf("  %#x %s\n", info->dls_serpath[i].dls_flags, name);
        while (needed++, *name++)
            ;
    }
    printf("  the size is what is needed and %ld\n", (long)(size.dls_size - needed));
    free(info);
}

int main(void) {
    show("program", dlopen(NULL, RTLD_NOW));
    show("runpath", dlopen("./sub/liblib.so", RTLD_NOW));
    show("none", dlopen("./libnone.so", RTLD_NOW));
    show("libc", dlopen("libc.so.6", RTLD_NOW));
}
//#File:lib.c
int lib;
//#File:none.c
int none;
