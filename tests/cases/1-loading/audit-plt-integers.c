// la_x86_64_gnu_pltenter sees the integer arguments in registers and on the stack, la_x86_64_gnu_pltexit both result registers.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
#include <stdio.h>

struct pair { long first, second; };
long many(long, long, long, long, long, long, long, long);
struct pair both(int, int);

int main(void) {
    for (long i = 0; i < 2; i++)
        dprintf(1, "%ld\n", many(1 + i, 2, 3, 4, 5, 6, 7, 8 + i));
    struct pair result = both(30, 4);
    dprintf(1, "%ld %ld\n", result.first, result.second);
}
//#File:lib.c
struct pair { long first, second; };
long many(long a, long b, long c, long d, long e, long f, long g, long h) {
    return a + 10 * (b + 10 * (c + 10 * (d + 10 * (e + 10 * (f + 10 * (g + 10 * h))))));
}
struct pair both(int first, int second) { return (struct pair){first * second, first - second}; }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, La_x86_64_regs *registers,
                                  unsigned *flags, const char *name, long *size) {
    const long *stack = (const long *)registers->lr_rsp;
    say("enter %s from %s to %s, flags %u, size %ld: %d %d", name, named(from), named(to), *flags, *size, (int)registers->lr_rdi,
        (int)registers->lr_rsi);
    if (!strcmp(name, "many"))
        say(" %lu %lu %lu %lu, stack %ld %ld", registers->lr_rdx, registers->lr_rcx, registers->lr_r8, registers->lr_r9, stack[1], stack[2]);
    say("\n");
    *size = 64;
    return symbol->st_value;
}
unsigned la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, const La_x86_64_regs *in,
                               La_x86_64_retval *out, const char *name) {
    say("exit %s from %s to %s, first argument %d: %lu", name, named(from), named(to), (int)in->lr_rdi, out->lrv_rax);
    say(strcmp(name, "both") ? "\n" : " %lu\n", out->lrv_rdx);
    return 0;
}
