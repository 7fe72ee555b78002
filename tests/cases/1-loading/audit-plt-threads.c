// Watched calls from several threads: each enter and exit is counted, and every thread gets its own results.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
#include <pthread.h>
#include <stdio.h>

long work(long, double);
void report(void);

static void *run(void *index) {
    long wrong = 0, me = (long)index;
    for (int i = 0; i < 5000; i++)
        wrong += work(i * me, 0.5) != i * me + 1;
    return (void *)wrong;
}

int main(void) {
    pthread_t threads[8];
    void *wrong;
    for (long i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, run, (void *)(i + 1));
    for (int i = 0; i < 8; i++) {
        pthread_join(threads[i], &wrong);
        dprintf(1, "wrong %ld\n", (long)wrong);
    }
    report();
}
//#File:lib.c
long work(long number, double half) { return number + (long)(half * 2); }
void report(void) {}
//#File:audit.c
#include "auditor.h"
static long entered, left;
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    const char *name = base(map->l_name);
    return !strcmp(name, "PROGRAM") ? LA_FLG_BINDFROM : !strcmp(name, "liblib.so") ? LA_FLG_BINDTO : 0;
}
Elf64_Addr la_x86_64_gnu_pltenter(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, La_x86_64_regs *registers,
                                  unsigned *flags, const char *name, long *size) {
    if (!strcmp(name, "report"))
        say("entered %ld, left %ld\n", entered, left);
    __atomic_add_fetch(&entered, 1, __ATOMIC_RELAXED);
    *size = 0;
    return symbol->st_value;
}
unsigned la_x86_64_gnu_pltexit(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, const La_x86_64_regs *in,
                               La_x86_64_retval *out, const char *name) {
    __atomic_add_fetch(&left, 1, __ATOMIC_RELAXED);
    return 0;
}
