// pltenter changes integer and floating-point arguments, or the function itself; pltexit changes the results.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
#include <stdio.h>

int arguments(int, int, double), results(int), elsewhere(int);
double float_result(double);
long double wide_result(long double);

int main(void) {
    for (int i = 0; i < 2; i++) {
        dprintf(1, "arguments %d\n", arguments(1, 2, 3));
        dprintf(1, "results %d\n", results(5));
        dprintf(1, "elsewhere %d\n", elsewhere(5));
        dprintf(1, "float %g\n", float_result(1.5));
        dprintf(1, "wide %Lg\n", wide_result(1.5L));
    }
}
//#File:lib.c
int arguments(int a, int b, double c) { return a * 10000 + b * 100 + (int)c; }
int results(int number) { return number + 1; }
int elsewhere(int number) { return number + 2; }
double float_result(double number) { return number * 2; }
long double wide_result(long double number) { return number * 3; }
//#File:audit.c
#include "auditor.h"
static int another(int number) { return number + 1000; }
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, La_x86_64_regs *registers,
                                  unsigned *flags, const char *name, long *size) {
    *size = 64;
    if (!strcmp(name, "arguments")) {
        registers->lr_rdi = 7;
        registers->lr_rsi += 40;
        *(double *)&registers->lr_xmm[0] = 55;
    }
    return strcmp(name, "elsewhere") ? symbol->st_value : (Elf64_Addr)another;
}
unsigned la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, const La_x86_64_regs *in,
                               La_x86_64_retval *out, const char *name) {
    if (!strcmp(name, "results"))
        out->lrv_rax = 600;
    if (!strcmp(name, "float_result"))
        *(double *)&out->lrv_xmm0 += 0.25;
    if (!strcmp(name, "wide_result"))
        out->lrv_st0 = -2.5L;
    return 0;
}
