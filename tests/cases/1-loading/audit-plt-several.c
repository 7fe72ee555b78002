// Several auditors that see calls: pltenter in their order, each sees what the one before changed; pltexit in the same order.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:one.c
//#Plugin:libtwo.so=one.c:-DNAME='"two"' -DSTEP=7
//#Env:LD_AUDIT=./libone.so:./libtwo.so
//#Flags:-Wl,-z,lazy
#include <stdio.h>

int work(int);

int main(void) {
    for (int i = 0; i < 2; i++)
        dprintf(1, "%d\n", work(i));
}
//#File:lib.c
#include <stdio.h>
int work(int number) {
    dprintf(1, "work(%d)\n", number);
    return number;
}
//#File:one.c
#include "auditor.h"
#ifndef NAME
#define NAME "one"
#define STEP 100
#endif
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, La_x86_64_regs *registers,
                                  unsigned *flags, const char *name, long *size) {
    say("%s: enter %s(%d)\n", NAME, name, (int)registers->lr_rdi);
    registers->lr_rdi += STEP;
    *size = 0;
    return symbol->st_value;
}
unsigned la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, const La_x86_64_regs *in,
                               La_x86_64_retval *out, const char *name) {
    say("%s: exit %s(%d) = %d\n", NAME, name, (int)in->lr_rdi, (int)out->lrv_rax);
    out->lrv_rax -= STEP;
    return 0;
}
