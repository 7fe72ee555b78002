// A dlopen that fails under an auditor: what was opened is closed again, for a missing file, dependency, and symbol.
//#Copy:tests/runner/auditor.h
//#Plugin:gone.c
//#Plugin:base.c
//#Plugin:dependent.c:./libbase.so ./libgone.so
//#Plugin:symbol.c:-Wl,-z,now ./libbase.so
//#Plugin:audit.c
//#Script:rm libgone.so
//#Env:LD_AUDIT=./libaudit.so
//#Requires:glibc>=2.35
#include "auditor.h"

static void try(const char *name) {
    say("%s\n", name);
    say("%s\n", dlopen(name, RTLD_NOW) ? "opened" : dlerror());
}

int main(void) {
    try("./libnone.so");
    try("./libdependent.so");
    try("./libsymbol.so");
    try("./libbase.so");
    say("end\n");
}
//#File:gone.c
int gone;
//#File:base.c
int number;
//#File:dependent.c
int dependent;
//#File:symbol.c
extern int nowhere(void);
int symbol(void) { return nowhere(); }
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
