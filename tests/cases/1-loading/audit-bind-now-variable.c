// LD_BIND_NOW with an auditor of bindings: every call is bound and reported before main, with the flags that no calls are seen.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
//#Env:LD_BIND_NOW=1
//#Requires:glibc>=2.35
#include <unistd.h>

int work(void);

int main(int count, char **words) {
    write(1, "main\n", 5);
    return count > 5 ? work() : 0;
}
//#File:lib.c
int work(void) { return 1; }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    if (!strcmp(name, "work"))
        say("bind %s, flags %u\n", name, *flags);
    return symbol->st_value;
}
