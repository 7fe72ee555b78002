// What an auditor opens itself stays in its namespace and is not audited; the program's library of the same name is another.
//#Copy:tests/runner/auditor.h
//#Plugin:helper.c
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Requires:glibc>=2.35
#include "auditor.h"

int main(void) {
    say("in the program's namespace %d\n", dlopen("./libhelper.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    void *handle = dlopen("./libhelper.so", RTLD_NOW);
    say("%d\n", ((int (*)(void))dlsym(handle, "count"))());
}
//#File:helper.c
int count(void) {
    static int calls;
    return ++calls;
}
//#File:audit.c
#include "auditor.h"
static int (*count)(void);
unsigned la_version(unsigned version) {
    void *handle = dlopen("./libhelper.so", RTLD_NOW);
    count = dlsym(handle, "count");
    Lmid_t number = 0;
    dlinfo(handle, RTLD_DI_LMID, &number);
    say("opened, %d, in the program's namespace %d\n", count(), number == LM_ID_BASE);
    return version;
}
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    if (strstr(map->l_name, "libhelper"))
        say("open %s, call %d\n", base(map->l_name), count());
    return 0;
}
void la_activity(uintptr_t *cookie, unsigned flag) { say("activity %u for %s\n", flag, named(cookie)); }
