// la_symbind64 for objects that bind at once: called before their constructors, with the flags that no calls will be seen.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:late.c:-Wl,-z,now ./liblib.so
//#Plugin:audit.c
//#Flags:-Wl,-z,now
//#Env:LD_AUDIT=./libaudit.so
//#Requires:glibc>=2.35
#include <dlfcn.h>
#include <unistd.h>

int first(int), second(int);

int main(void) {
    write(1, "main\n", 5);
    first(1), second(2);
    dlopen("./liblate.so", RTLD_LAZY);
    return 0;
}
//#File:lib.c
int first(int number) { return number; }
int second(int number) { return number; }
int third(int number) { return number; }
//#File:late.c
#include <unistd.h>
int third(int);
int late(void) { return third(1); }
__attribute__((constructor)) static void begin(void) { write(1, "late\n", 5); }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) { return LA_FLG_BINDTO | LA_FLG_BINDFROM; }
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    if (!strcmp(named(to), "liblib.so"))
        say("%s from %s, flags %u\n", name, named(from), *flags);
    return symbol->st_value;
}
