// The frame size decides: left at -1 there is no pltexit; 0 suffices without stack arguments. Calls recurse through pltenter and exit.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy -rdynamic
//#Env:LD_AUDIT=./libaudit.so
#include <stdio.h>

int unsized(int), sized(int), recurse(int);

int back(int number) { return number ? recurse(number - 1) + 1 : 0; }

int main(void) {
    dprintf(1, "%d %d\n", unsized(1), unsized(2));
    dprintf(1, "%d %d\n", sized(1), sized(2));
    dprintf(1, "%d\n", recurse(3));
}
//#File:lib.c
int back(int);
int unsized(int number) { return number * 10; }
int sized(int number) { return number * 100; }
int recurse(int number) { return back(number); }
//#File:audit.c
#include "auditor.h"
static int depth;
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, La_x86_64_regs *registers,
                                  unsigned *flags, const char *name, long *size) {
    say("%*senter %s(%d)\n", depth, "", name, (int)registers->lr_rdi);
    if (strcmp(name, "unsized")) {
        *size = 0;
        depth += 2;
    }
    return symbol->st_value;
}
unsigned la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, const La_x86_64_regs *in,
                               La_x86_64_retval *out, const char *name) {
    depth -= 2;
    say("%*sexit %s(%d) = %d\n", depth, "", name, (int)in->lr_rdi, (int)out->lrv_rax);
    return 0;
}
