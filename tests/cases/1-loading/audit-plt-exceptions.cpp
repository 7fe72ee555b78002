// Exceptions cross calls that an auditor watches, with and without a copied frame; the exit is then not reported.
//#Copy:tests/runner/auditor.h
//#Shared:lib.cpp
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
#include <stdio.h>

int plain(int), copied(int);

int main() {
    for (int i = 0; i < 3; i++) {
        try {
            dprintf(1, "plain %d\n", plain(i));
        } catch (int number) {
            dprintf(1, "caught %d\n", number);
        }
        try {
            dprintf(1, "copied %d\n", copied(i));
        } catch (int number) {
            dprintf(1, "caught %d\n", number);
        }
    }
}
//#File:lib.cpp
int plain(int number) {
    if (number == 1)
        throw 10;
    return number;
}
int copied(int number) {
    if (number == 1)
        throw 20;
    return number;
}
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, La_x86_64_regs *registers,
                                  unsigned *flags, const char *name, long *size) {
    say("enter %s\n", strstr(name, "plain") ? "plain" : "copied");
    if (strstr(name, "copied"))
        *size = 32;
    return symbol->st_value;
}
unsigned la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, const La_x86_64_regs *in,
                               La_x86_64_retval *out, const char *name) {
    say("exit %s\n", strstr(name, "plain") ? "plain" : "copied");
    return 0;
}
