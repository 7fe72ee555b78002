// The value that la_symbind64 returns replaces the function, for lazy and for immediate binding; the next auditor sees that by
// LA_SYMB_ALTVALUE and the changed value.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Shared:now.c:-Wl,-z,now ./liblib.so
//#Plugin:one.c
//#Plugin:two.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libone.so:./libtwo.so
//#Requires:glibc>=2.35
#include <stdio.h>

int work(int), other(int), now(int);

int main(void) {
    dprintf(1, "%d %d\n", work(1), work(2));
    dprintf(1, "%d\n", other(1));
    dprintf(1, "%d\n", now(1));
}
//#File:lib.c
int work(int number) { return number; }
int other(int number) { return number + 10; }
//#File:now.c
int work(int);
int now(int number) { return work(number); }
//#File:one.c
#include "auditor.h"
static int replaced(int number) { return number + 100; }
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) { return LA_FLG_BINDTO | LA_FLG_BINDFROM; }
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    if (strcmp(name, "work") && strcmp(name, "other"))
        return symbol->st_value;
    say("one: %s from %s, flags %u\n", name, named(from), *flags);
    return strcmp(name, "work") ? symbol->st_value : (uintptr_t)replaced;
}
//#File:two.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) { return LA_FLG_BINDTO | LA_FLG_BINDFROM; }
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    if (!strcmp(name, "work") || !strcmp(name, "other"))
        say("two: %s from %s, flags %u, calls give %d\n", name, named(from), *flags, ((int (*)(int))symbol->st_value)(0));
    return symbol->st_value;
}
