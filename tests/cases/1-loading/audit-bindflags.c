// la_symbind64 is called when the object that refers has LA_FLG_BINDFROM and the one that defines has LA_FLG_BINDTO, else
// not; for dlsym one of them is enough.
//#Copy:tests/runner/auditor.h
//#Shared:both.c
//#Shared:from.c:./libboth.so -Wl,-z,lazy
//#Shared:to.c:./libboth.so -Wl,-z,lazy
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
#include "auditor.h"

int both(void), from(void), to(void);

int main(void) {
    void *library = dlopen("./libto.so", RTLD_NOW);
    int result = both() + from() + to() - 5;
    say("dlsym\n");
    dlsym(library, "both"), dlsym(library, "to"), dlsym(dlopen("./libfrom.so", RTLD_NOW), "from");
    return result;
}
//#File:both.c
int both(void) { return 1; }
//#File:from.c
int both(void);
int from(void) { return both() + 1; }
//#File:to.c
int both(void);
int to(void) { return both() + 1; }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    if (!strcmp(name, "libboth.so") || !strcmp(name, "PROGRAM"))
        return LA_FLG_BINDTO | LA_FLG_BINDFROM;
    return !strcmp(name, "libfrom.so") ? LA_FLG_BINDFROM : !strcmp(name, "libto.so") ? LA_FLG_BINDTO : 0;
}
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    if (!strstr(named(to), "libc."))
        say("%s from %s to %s\n", name, named(from), named(to));
    return symbol->st_value;
}
