// dladdr and dladdr1: file, nearest symbol, symbol table entry, link map; nothing for an address outside.
//#Shared:lib.c
//#Flags:-rdynamic -fPIC
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

extern char function[], data[];

static void show(const char *what, void *address) {
    Dl_info info;
    ElfW(Sym) *symbol = NULL;
    struct link_map *map = NULL;
    if (!dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT))
        return (void)printf("%s: nothing\n", what);
    dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP);
    const char *file = strrchr(info.dli_fname, '/');
    printf("%s: %s, %s%+ld, size %ld, map %d\n", what, file ? file : info.dli_fname, info.dli_sname ? info.dli_sname : "(none)",
           info.dli_saddr ? (long)((char *)address - (char *)info.dli_saddr) : 0L, symbol ? (long)symbol->st_size : -1L,
           map != NULL && (void *)map->l_addr == info.dli_fbase);
}

int main(void) {
    int local;
    show("function", function);
    show("inside data", data + 4);
    show("main", (void *)main);
    show("stack", &local);
    show("null", NULL);
}
//#File:lib.c
__asm__(".text\n.globl function\n.type function, @function\nfunction: ret\n.size function, 1\n");
char data[10] = "data";
