// Vector arguments and results of 256 bits pass through pltenter and pltexit whole, are seen there, and can be changed there.
//#Oracle:glibc>=2.36 2.31's crashes on processors with AVX-512
//#Copy:tests/runner/auditor.h
//#Requires:cpu:avx
//#Shared:lib.c:-mavx
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy -mavx
//#Env:LD_AUDIT=./libaudit.so
#include <immintrin.h>
#include <stdio.h>

__m256d add(__m256d, __m256d), keep(__m256d, __m256d);

static void show(const char *what, __m256d value) { dprintf(1, "%s %g %g %g %g\n", what, value[0], value[1], value[2], value[3]); }

int main(void) {
    __m256d one = {1, 2, 3, 4}, ten = {10, 20, 30, 40};
    for (int i = 0; i < 2; i++) {
        show("add", add(one, ten));
        show("keep", keep(ten, one));
    }
}
//#File:lib.c
#include <immintrin.h>
__m256d add(__m256d a, __m256d b) { return a + b; }
__m256d keep(__m256d a, __m256d b) { return a - b; }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
static void show(const char *what, const La_x86_64_vector *value) {
    const double *parts = (const double *)value;
    say("%s %g %g %g %g\n", what, parts[0], parts[1], parts[2], parts[3]);
}
Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, La_x86_64_regs *registers,
                                  unsigned *flags, const char *name, long *size) {
    say("enter %s\n", name);
    show(" first", &registers->lr_vector[0]);
    show(" second", &registers->lr_vector[1]);
    if (!strcmp(name, "add"))
        ((double *)&registers->lr_vector[1])[3] = 1000;
    *size = 0;
    return symbol->st_value;
}
unsigned la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, const La_x86_64_regs *in,
                               La_x86_64_retval *out, const char *name) {
    say("exit %s\n", name);
    show(" result", &out->lrv_vector0);
    if (!strcmp(name, "add"))
        ((double *)&out->lrv_vector0)[2] = -1;
    return 0;
}
