// A cookie that la_objopen changes is what all later calls get, and each may change it again.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:late.c
//#Plugin:audit.c
//#Flags:-Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
//#Requires:glibc>=2.35
#include <dlfcn.h>
#include <stdio.h>

int work(void);

int main(void) {
    work();
    dlclose(dlopen("./liblate.so", RTLD_NOW));
    return 0;
}
//#File:lib.c
int work(void) { return 1; }
//#File:late.c
int late;
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    static const char *names[] = {"PROGRAM", "liblib.so", "liblate.so", NULL};
    *cookie = 9;
    for (int i = 0; names[i]; i++)
        if (!strcmp(base(map->l_name), names[i]))
            *cookie = 100 * (i + 1);
    return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}
void la_activity(uintptr_t *cookie, unsigned flag) {
    if (*cookie % 100 < 9)
        say("activity %d: %lu\n", flag, *cookie);
}
char *la_objsearch(const char *name, uintptr_t *cookie, unsigned flag) {
    if (flag == LA_SER_ORIG && strstr(name, "liblate"))
        say("objsearch %s: %lu\n", base(name), (*cookie)++);
    return (char *)name;
}
void la_preinit(uintptr_t *cookie) { say("preinit: %lu\n", (*cookie)++); }
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned index, uintptr_t *from, uintptr_t *to, unsigned *flags, const char *name) {
    if (!strcmp(name, "work"))
        say("symbind %s: %lu %lu\n", name, (*from)++, (*to)++);
    return symbol->st_value;
}
unsigned la_objclose(uintptr_t *cookie) {
    if (*cookie > 9)
        say("objclose: %lu\n", *cookie);
    return 0;
}
