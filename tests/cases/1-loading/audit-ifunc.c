// la_symbind64 of an IFUNC: the value is the chosen function's; pltenter sees calls of it.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
#include <stdio.h>

int work(int);

int main(void) { dprintf(1, "%d %d\n", work(1), work(2)); }
//#File:lib.c
static int real(int number) { return number + 50; }
static int (*choose(void))(int) { return real; }
int work(int) __attribute__((ifunc("choose")));
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    if (!strcmp(named(to), "liblib.so"))
        say("bind %s, type %d, calls give %d\n", name, ELF64_ST_TYPE(symbol->st_info), ((int (*)(int))symbol->st_value)(0));
    return symbol->st_value;
}
Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, La_x86_64_regs *registers,
                                  unsigned *flags, const char *name, long *size) {
    say("enter %s(%d)\n", name, (int)registers->lr_rdi);
    return symbol->st_value;
}
