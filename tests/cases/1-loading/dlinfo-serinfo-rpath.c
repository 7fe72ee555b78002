// dlinfo SERINFO with RPATH: the library's own, that of the program, none of them for a library with RUNPATH; -z nodefaultlib.
//#Shared:needed.c:-norpath
//#Plugin:rpath.c:-norpath -Wl,--disable-new-dtags -Wl,-rpath,'$ORIGIN/own:/own/too'
//#Plugin:runpath.c:-norpath -Wl,--enable-new-dtags -Wl,-rpath,/by/runpath
//#Plugin:plain.c:-norpath
//#Plugin:nodefault.c:-norpath -Wl,-z,nodefaultlib
//#Flags:-norpath -Wl,--disable-new-dtags -Wl,-rpath,'$ORIGIN:/of/program'
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
    show("needed", dlopen("libneeded.so", RTLD_NOW));
    show("rpath", dlopen("./librpath.so", RTLD_NOW));
    show("runpath", dlopen("./librunpath.so", RTLD_NOW));
    show("plain", dlopen("./libplain.so", RTLD_NOW));
    show("nodefault", dlopen("libnodefault.so", RTLD_NOW));
}
//#File:needed.c
int needed;
//#File:rpath.c
int rpath;
//#File:runpath.c
int runpath;
//#File:plain.c
int plain;
//#File:nodefault.c
int nodefault;
