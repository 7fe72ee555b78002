// la_activity, la_objopen and la_objclose around dlopen and dlclose: dependencies, a second open that loads nothing, a count.
//#Copy:tests/runner/auditor.h
//#Plugin:base.c
//#Plugin:lib.c:./libbase.so
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Requires:glibc>=2.35
#include "auditor.h"

int main(void) {
    say("dlopen\n");
    void *first = dlopen("./liblib.so", RTLD_NOW);
    say("dlopen again\n");
    void *second = dlopen("./liblib.so", RTLD_NOW);
    say("dlopen of the dependency\n");
    void *third = dlopen("./libbase.so", RTLD_NOW);
    say("dlclose\n");
    dlclose(first);
    say("last dlclose\n");
    dlclose(second);
    say("dlclose of the dependency\n");
    dlclose(third);
    say("end\n");
}
//#File:base.c
#include <unistd.h>
int number;
__attribute__((constructor)) static void begin(void) { write(1, "+base\n", 6); }
__attribute__((destructor)) static void end(void) { write(1, "-base\n", 6); }
//#File:lib.c
#include <unistd.h>
extern int number;
int *lib(void) { return &number; }
__attribute__((constructor)) static void begin(void) { write(1, "+lib\n", 5); }
__attribute__((destructor)) static void end(void) { write(1, "-lib\n", 5); }
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
