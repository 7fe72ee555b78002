// la_objsearch sees each name and each place that is tried: the original name, LD_LIBRARY_PATH, RUNPATH, the cache, the defaults;
// its cookie is that of the object that asks.
//#Copy:tests/runner/auditor.h
//#Plugin:run/libsecond.so=second.c
//#Plugin:path/libfirst.so=first.c
//#Shared:liblib.so=lib.c:-norpath -Wl,-rpath,@DIR@/run run/libsecond.so -lm
//#Plugin:audit.c
//#Flags:-norpath -Wl,-rpath,'$ORIGIN' -Wl,-z,lazy
//#Env:LD_AUDIT=./libaudit.so
//#Env:LD_LIBRARY_PATH=@DIR@/path:@DIR@/empty
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    puts("main");
    fflush(stdout);
    dlopen("libfirst.so", RTLD_NOW);
    dlopen("./run/libsecond.so", RTLD_NOW);
    dlopen("libnone.so", RTLD_NOW);
}
//#File:lib.c
#include <math.h>
int lib(double x) { return cos(x) > 0; }
//#File:first.c
int first;
//#File:second.c
int second;
//#File:audit.c
#include "auditor.h"
static char last[300];
unsigned la_version(unsigned version) { return version; }
unsigned la_objopen(struct link_map *map, Lmid_t number, uintptr_t *cookie) { return 0; }
char *la_objsearch(const char *name, uintptr_t *cookie, unsigned flag) {
    const char *kind = flag == LA_SER_ORIG ? "ORIG" : flag == LA_SER_LIBPATH ? "LIBPATH" : flag == LA_SER_RUNPATH ? "RUNPATH" :
                       flag == LA_SER_CONFIG ? "CONFIG" : flag == LA_SER_DEFAULT ? "DEFAULT" : "other";
    char line[300];
    // how many subfolders of glibc-hwcaps are tried is the processor's affair
    snprintf(line, sizeof line, "%s for %s: %s%s", kind, named(cookie), strchr(name, '/') ? ".../" : "", base(name));
    if (strcmp(line, last))
        say("%s\n", line);
    strcpy(last, line);
    return (char *)name;
}
