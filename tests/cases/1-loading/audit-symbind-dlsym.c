// la_symbind64 for dlsym and dlvsym: the flag LA_SYMB_DLSYM, functions and data; the value it returns is what dlsym gives.
//#Copy:tests/runner/auditor.h
//#Plugin:lib.c
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    int (*work)(void) = dlsym(handle, "work"), *data = dlsym(handle, "data"), *changed = dlsym(handle, "changed");
    dprintf(1, "%d %d %d\n", work(), *data, *changed);
    dprintf(1, "missing %d\n", dlsym(handle, "nowhere") == NULL);
    dlvsym(RTLD_DEFAULT, "memcpy", "GLIBC_2.14");
    dlopen("./liblib.so", RTLD_NOW | RTLD_GLOBAL);
    dprintf(1, "%d\n", *(int *)dlsym(RTLD_DEFAULT, "changed"));
}
//#File:lib.c
int data = 5, changed = 6;
int work(void) { return 7; }
//#File:audit.c
#include "auditor.h"
static int replacement = 99;
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) { return LA_FLG_BINDTO | LA_FLG_BINDFROM; }
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    // the loader itself looks up malloc and the like
    if (!(*flags & LA_SYMB_DLSYM) || strstr(name, "alloc") || !strcmp(name, "free"))
        return symbol->st_value;
    say("%s from %s to %s, flags %u, type %d\n", name, named(from), named(to), *flags, ELF64_ST_TYPE(symbol->st_info));
    return strcmp(name, "changed") ? symbol->st_value : (uintptr_t)&replacement;
}
