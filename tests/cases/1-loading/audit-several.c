// Several auditors: each function is called for one after the other in the order of LD_AUDIT, with cookies of their own; they have
// namespaces of their own, and a missing one between them changes nothing.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:one.c
//#Plugin:libtwo.so=one.c:-DNAME='"two"'
//#Plugin:libthree.so=one.c:-DNAME='"three"'
//#Env:LD_AUDIT=./libone.so:./libnone.so:./libtwo.so:./libthree.so
//#Flags:-Wl,-z,lazy
//#Stderr:object './libnone.so' cannot be loaded as audit interface: cannot open shared object file; ignored.
//#Exit:0
//#Requires:glibc>=2.35
int work(int);

int main(void) { return work(0); }
//#File:lib.c
int work(int number) { return number; }
//#File:one.c
#include "auditor.h"
#ifndef NAME
#define NAME "one"
#endif
static int objects;
__attribute__((constructor)) static void begin(void) { say("%s: constructor\n", NAME); }
__attribute__((destructor)) static void end(void) { say("%s: destructor\n", NAME); }
unsigned la_version(unsigned version) {
    say("%s: version\n", NAME);
    return version;
}
void la_activity(uintptr_t *cookie, unsigned flag) { say("%s: activity %u, cookie %c\n", NAME, flag, *cookie == *NAME ? *NAME : '-'); }
void la_preinit(uintptr_t *cookie) { say("%s: preinit, cookie %c\n", NAME, (char)*cookie); }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    if (!strstr(map->l_name, "vdso"))
        say("%s: open %s, object %d\n", NAME, base(map->l_name), ++objects);
    *cookie = *NAME;
    return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    if (!strcmp(name, "work"))
        say("%s: bind %s, cookies %c %c\n", NAME, name, (char)*from, (char)*to);
    return symbol->st_value;
}
unsigned la_objclose(uintptr_t *cookie) {
    say("%s: close, cookie %c\n", NAME, (char)*cookie);
    return 0;
}
