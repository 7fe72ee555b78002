// LA_SYMB_NOPLTENTER and LA_SYMB_NOPLTEXIT, set by la_symbind64 or by pltenter, leave out what they name.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
int none(int), no_exit(int), later(int), all(int);

int main(void) {
    for (int i = 0; i < 2; i++)
        none(i), no_exit(i), later(i), all(i);
    return 0;
}
//#File:lib.c
int none(int number) { return number; }
int no_exit(int number) { return number; }
int later(int number) { return number; }
int all(int number) { return number; }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    if (strcmp(named(to), "liblib.so"))
        return symbol->st_value;
    say("bind %s, flags %u\n", name, *flags);
    if (!strcmp(name, "none"))
        *flags = LA_SYMB_NOPLTENTER | LA_SYMB_NOPLTEXIT;
    if (!strcmp(name, "no_exit"))
        *flags = LA_SYMB_NOPLTEXIT;
    return symbol->st_value;
}
Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, La_x86_64_regs *registers,
                                  unsigned *flags, const char *name, long *size) {
    say("enter %s, flags %u\n", name, *flags);
    *size = 0;
    if (!strcmp(name, "later"))
        *flags |= LA_SYMB_NOPLTENTER | LA_SYMB_NOPLTEXIT;
    return symbol->st_value;
}
unsigned la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, const La_x86_64_regs *in,
                               La_x86_64_retval *out, const char *name) {
    say("exit %s\n", name);
    return 0;
}
