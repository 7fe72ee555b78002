// Floating-point arguments and results at the boundary of a call: xmm registers, long double and complex results on the FPU's stack.
//#Oracle:glibc>=2.36 2.31's crashes on processors with AVX-512
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
#include <complex.h>
#include <stdio.h>

double sum(double, float, double, double, double, double, double, double, double);
long double wide(long double, int);
double complex turn(double complex);
long double complex wide_turn(long double complex);

int main(void) {
    for (int i = 0; i < 2; i++)
        dprintf(1, "%g\n", sum(1.5 + i, 2.5f, 3, 4, 5, 6, 7, 8.25, 9));
    dprintf(1, "%Lg\n", wide(0.5L, 3));
    double complex small = turn(3 + 4 * I);
    dprintf(1, "%g %g\n", creal(small), cimag(small));
    long double complex large = wide_turn(5 + 6 * I);
    dprintf(1, "%Lg %Lg\n", creall(large), cimagl(large));
}
//#File:lib.c
#include <complex.h>
double sum(double a, float b, double c, double d, double e, double f, double g, double h, double i) {
    return a + b + c + d + e + f + g + h + i;
}
long double wide(long double number, int times) { return number * times; }
double complex turn(double complex number) { return number * I; }
long double complex wide_turn(long double complex number) { return number * I; }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
static double as_double(const La_x86_64_xmm *value) { return ((const double *)value)[0]; }
Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, La_x86_64_regs *registers,
                                  unsigned *flags, const char *name, long *size) {
    say("enter %s:", name);
    for (int i = 0; !strcmp(name, "sum") && i < 8; i++)
        say(" %g", i == 1 ? *(float *)&registers->lr_xmm[1] : as_double(&registers->lr_xmm[i]));
    if (!strcmp(name, "turn"))
        say(" %g %g", as_double(&registers->lr_xmm[0]), as_double(&registers->lr_xmm[1]));
    say("\n");
    *size = 64;
    return symbol->st_value;
}
unsigned la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, const La_x86_64_regs *in,
                               La_x86_64_retval *out, const char *name) {
    say("exit %s:", name);
    if (!strcmp(name, "sum") || !strcmp(name, "turn"))
        say(" %g", as_double(&out->lrv_xmm0));
    if (!strcmp(name, "turn"))
        say(" %g, argument %g", as_double(&out->lrv_xmm1), as_double(&in->lr_xmm[0]));
    if (!strcmp(name, "wide") || !strcmp(name, "wide_turn"))
        say(" %Lg", out->lrv_st0);
    if (!strcmp(name, "wide_turn"))
        say(" %Lg", out->lrv_st1);
    say("\n");
    return 0;
}
