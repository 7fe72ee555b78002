// The order at the start: version, activity, objopen, activity, constructors, preinit, the program's constructors, main, and the end.
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Requires:glibc>=2.35
#include <stdio.h>
#include <unistd.h>

static void early(void) { write(1, "preinit array\n", 14); }
__attribute__((section(".preinit_array"), used)) static void (*entry)(void) = early;
__attribute__((constructor)) static void begin(void) { write(1, "program's constructor\n", 22); }
__attribute__((destructor)) static void end(void) { write(1, "program's destructor\n", 21); }

int main(void) { write(1, "main\n", 5); }
//#File:lib.c
#include <unistd.h>
__attribute__((constructor)) static void begin(void) { write(1, "library's constructor\n", 22); }
__attribute__((destructor)) static void end(void) { write(1, "library's destructor\n", 21); }
//#File:audit.c
#include "auditor.h"
__attribute__((constructor)) static void begin(void) { say("auditor's constructor\n"); }
__attribute__((destructor)) static void end(void) { say("auditor's destructor\n"); }
unsigned la_version(unsigned version) {
    say("version\n");
    return version;
}
void la_activity(uintptr_t *cookie, unsigned flag) { say("activity %u for %s\n", flag, named(cookie)); }
void la_preinit(uintptr_t *cookie) { say("preinit of %s\n", named(cookie)); }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) {
    if (!strstr(map->l_name, "vdso"))
        say("open %s\n", base(map->l_name));
    return 0;
}
unsigned la_objclose(uintptr_t *cookie) {
    if (!strstr(((struct link_map *)*cookie)->l_name, "vdso"))
        say("close %s\n", named(cookie));
    return 0;
}
