// dladdr of the program: its name is argv[0], exported symbols only with -rdynamic; dladdr1's symbol and link map; PIE or not.
//#Flags:-rdynamic
//#NoPie
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

int exported(void) { return 1; }
static int hidden_one(void) { return 2; }

static void show(const char *what, const void *address) {
    Dl_info info;
    const ElfW(Sym) *symbol = (void *)1;
    struct link_map *map = (void *)1;
    int found = dladdr1(address, &info, (void **)&symbol, RTLD_DL_SYMENT);
    found += dladdr1(address, &info, (void **)&map, RTLD_DL_LINKMAP);
    found += dladdr1(address, &info, NULL, 0);
    printf("%s: %d, %s, %s, symbol's value %d, map %d '%s'\n", what, found, info.dli_fname, info.dli_sname ? info.dli_sname : "(none)",
           symbol ? (void *)symbol->st_value == info.dli_saddr : -1, map == (struct link_map *)dlopen(NULL, RTLD_NOW), map->l_name);
}

int main(int argc, char **argv) {
    show("exported", (void *)exported);
    show("static", (char *)hidden_one + 1);
    show("main", (void *)main);
    Dl_info info;
    dladdr((void *)main, &info);
    printf("argv[0]: %d, base %d\n", !strcmp(argv[0], info.dli_fname), info.dli_fbase == (void *)0x400000);
    return hidden_one() - 2;
}
