// dlinfo PHDR: the number and the address of the program headers, as dl_iterate_phdr tells them, for program and libraries.
//#Requires:glibc>=2.36
//#Shared:initial.c
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#ifndef RTLD_DI_PHDR
#define RTLD_DI_PHDR 11
#endif

struct wanted { const char *name; const ElfW(Phdr) *headers; int count; };

static int find(struct dl_phdr_info *info, size_t size, void *out) {
    struct wanted *wanted = out;
    if (wanted->name[0] ? strstr(info->dlpi_name, wanted->name) != NULL : info->dlpi_name[0] == 0)
        wanted->headers = info->dlpi_phdr, wanted->count = info->dlpi_phnum;
    return 0;
}

static void show(const char *name, void *handle) {
    const ElfW(Phdr) *headers = NULL;
    int count = dlinfo(handle, RTLD_DI_PHDR, &headers), loads = 0, dynamics = 0;
    struct wanted wanted = {name, NULL, 0};
    dl_iterate_phdr(find, &wanted);
    for (int i = 0; i < count; i++)
        loads += headers[i].p_type == PT_LOAD, dynamics += headers[i].p_type == PT_DYNAMIC;
    printf("'%s': same %d %d, loads %d, dynamic %d\n", name, wanted.headers == headers, wanted.count == count, loads > 1, dynamics);
}

int main(void) {
    show("", dlopen(NULL, RTLD_NOW));
    show("libinitial.so", dlopen("libinitial.so", RTLD_NOW));
    show("liblib.so", dlopen("./liblib.so", RTLD_NOW));
    show("libc.so.6", dlopen("libc.so.6", RTLD_NOW));
}
//#File:initial.c
int initial = 1;
//#File:lib.c
int lib = 1;
