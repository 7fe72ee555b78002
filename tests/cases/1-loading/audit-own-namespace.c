// An auditor lives in a namespace of its own: its libc, its dependencies and its symbols are not the program's, nor seen by it.
//#Oracle:glibc>=2.36 2.31's crashes
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:helper.c
//#Plugin:audit.c:./libhelper.so
//#Env:LD_AUDIT=./libaudit.so
//#Flags:-rdynamic
#include "auditor.h"

const char *who(void);
const char *helper(void) { return "program"; }

static int show(struct dl_phdr_info *info, size_t size, void *found) {
    *(int *)found += strstr(info->dlpi_name, "libaudit") || strstr(info->dlpi_name, "libhelper");
    return 0;
}

int main(void) {
    int found = 0;
    say("program: %s, %s\n", who(), helper());
    dl_iterate_phdr(show, &found);
    say("objects of the auditor seen: %d\n", found);
    say("its symbols seen: %d\n", dlsym(RTLD_DEFAULT, "la_version") != NULL);
    say("environment: %s\n", getenv("FROM_AUDITOR") ? "changed" : "unchanged");
    void *handle = dlopen("./libhelper.so", RTLD_NOW);
    say("a helper of our own: %d\n", *(int *)dlsym(handle, "calls"));
}
//#File:lib.c
const char *who(void) { return "library"; }
//#File:helper.c
int calls;
const char *who(void) { return "helper's"; }
const char *helper(void) { return calls++, who(); }
//#File:audit.c
#include "auditor.h"
#include <errno.h>
extern const char *helper(void), *who(void);
static __thread int value = 5;
static struct link_map *program_libc;
unsigned la_version(unsigned version) {
    Dl_info info;
    struct link_map *own;
    Lmid_t number = 0;
    dladdr1((void *)la_version, &info, (void **)&own, RTLD_DL_LINKMAP);
    dlinfo(own, RTLD_DI_LMID, &number);
    setenv("FROM_AUDITOR", "1", 1);
    errno = value + 1;
    say("auditor: %s %s, in the program's namespace %d, errno %d\n", helper(), who(), number == LM_ID_BASE, errno);
    return version;
}
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    if (strstr(map->l_name, "libc.so"))
        program_libc = map;
    return 0;
}
void la_preinit(uintptr_t *cookie) {
    Dl_info info;
    dladdr((void *)printf, &info);
    say("auditor: libc %s, variable %d\n", info.dli_fbase == (void *)program_libc->l_addr ? "shared" : "of its own", value);
}
