// la_symbind64 for lazily bound calls: once, at the first call, with the symbol, its index, its value and both objects.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
#include <unistd.h>

int first(int), second(int);

int main(void) {
    write(1, "main\n", 5);
    first(1), first(2), second(3);
    return 0;
}
//#File:lib.c
#include <unistd.h>
int first(int number) { return write(1, "first\n", 6); }
int second(int number) { return write(1, "second\n", 7); }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) { return LA_FLG_BINDTO | LA_FLG_BINDFROM; }
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    struct link_map *map = (struct link_map *)*to;
    if (strcmp(base(map->l_name), "liblib.so"))
        return symbol->st_value;
    Elf64_Sym *table = NULL;
    const char *names = NULL;
    for (Elf64_Dyn *entry = map->l_ld; entry->d_tag; entry++) {
        if (entry->d_tag == DT_SYMTAB)
            table = (Elf64_Sym *)entry->d_un.d_ptr;
        if (entry->d_tag == DT_STRTAB)
            names = (const char *)entry->d_un.d_ptr;
    }
    say("%s from %s, flags %u, type %d, value %s, index %s, name %s\n", name, named(from), *flags, ELF64_ST_TYPE(symbol->st_info),
        symbol->st_value == map->l_addr + table[index].st_value ? "right" : "wrong",
        !strcmp(names + table[index].st_name, name) ? "right" : "wrong", names + symbol->st_name == name ? "the object's" : "another");
    return symbol->st_value;
}
