// Stack arguments, structs by value, variadic calls and large struct results pass unharmed when frames are copied for pltexit.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
#include <stdio.h>

struct block { int values[40]; };
struct block reversed(struct block, int);
long stack(long, long, long, long, long, long, long, long, double, long, long, char, short);
int text(char *, const char *, ...);

int main(void) {
    struct block block, result;
    int wrong = 0;
    char buffer[200];
    for (int i = 0; i < 40; i++)
        block.values[i] = i * i;
    for (int round = 0; round < 3; round++) {
        result = reversed(block, round);
        for (int i = 0; i < 40; i++)
            wrong += result.values[i] != block.values[39 - i] + round;
        dprintf(1, "%ld\n", stack(1, 2, 3, 4, 5, 6, 7, 8, 9.5, 10, 11, 12, round));
        int length = text(buffer, "%d %s %.2f %ld %d %d %d %.1f %c", round, "words", 1.25, 1L << 40, 1, 2, 3, 0.5, 'x');
        dprintf(1, "%d %s\n", length, buffer);
    }
    dprintf(1, "wrong %d\n", wrong);
}
//#File:lib.c
#include <stdarg.h>
#include <stdio.h>
struct block { int values[40]; };
struct block reversed(struct block block, int add) {
    struct block result;
    for (int i = 0; i < 40; i++)
        result.values[i] = block.values[39 - i] + add;
    return result;
}
long stack(long a, long b, long c, long d, long e, long f, long g, long h, double i, long j, long k, char l, short m) {
    return a + b + c + d + e + f + g * 100 + h * 1000 + (long)(i * 10) + j * 10000 + k * 100000 + l * 1000000 + m * 10000000;
}
int text(char *buffer, const char *format, ...) {
    va_list list;
    va_start(list, format);
    int length = vsprintf(buffer, format, list);
    va_end(list);
    return length;
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
    *size = !strcmp(name, "reversed") ? 160 : 72;
    return symbol->st_value;
}
unsigned la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, const La_x86_64_regs *in,
                               La_x86_64_retval *out, const char *name) {
    static int calls;
    say("exit %s, call %d\n", name, ++calls);
    return 0;
}
