// Auditing of namespaces: dlmopen announces its objects with their number, dlclose closes them, the others are closed at the end.
//#Copy:tests/runner/auditor.h
//#Plugin:base.c:-nostdlib
//#Plugin:lib.c:-nostdlib ./libbase.so
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Requires:glibc>=2.35
#include "auditor.h"

static long number_of(void *handle) {
    Lmid_t number = -1;
    dlinfo(handle, RTLD_DI_LMID, &number);
    return number;
}

int main(void) {
    say("first\n");
    void *first = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    say("second\n");
    void *second = dlmopen(LM_ID_NEWLM, "./libbase.so", RTLD_NOW);
    say("into the second\n");
    void *third = dlmopen(number_of(second), "./liblib.so", RTLD_NOW);
    say("numbers apart %d %d\n", number_of(first) != number_of(second), number_of(second) == number_of(third));
    say("close the third\n");
    dlclose(third);
    say("close the first\n");
    dlclose(first);
    say("fresh\n");
    dlmopen(LM_ID_NEWLM, "./libbase.so", RTLD_NOW);
    say("end\n");
}
//#File:base.c
int number;
//#File:lib.c
extern int number;
int *lib(void) { return &number; }
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
void la_activity(uintptr_t *cookie, unsigned flag) {
    say("  %s for %s\n", flag == LA_ACT_ADD ? "add" : flag == LA_ACT_DELETE ? "delete" : "consistent", named(cookie));
}
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    if (!strstr(map->l_name, "vdso"))
        say("  open %s in %ld\n", base(map->l_name), number);
    return 0;
}
unsigned la_objclose(uintptr_t *cookie) {
    if (!strstr(((struct link_map *)*cookie)->l_name, "vdso"))
        say("  close %s\n", named(cookie));
    return 0;
}
