// A filtee has dependencies and a RUNPATH of its own; constructors run from the dependency to the filter, and the chain has all.
//#Plugin:deep/libbase.so=base.c
//#Plugin:deep/libfiltee.so=filtee.c:-Ldeep -lbase
//#Shared:lib.c:-norpath -Wl,-rpath,'$ORIGIN/deep' -Wl,-F,libfiltee.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

int number(void);

int main(void) {
    struct link_map *map;
    dprintf(1, "%d\n", number());
    dlinfo(dlopen(NULL, RTLD_NOW), RTLD_DI_LINKMAP, &map);
    for (; map; map = map->l_next)
        if (strstr(map->l_name, "base.so") || strstr(map->l_name, "filtee.so") || strstr(map->l_name, "/liblib.so"))
            dprintf(1, "%s\n", strrchr(map->l_name, '/'));
}
//#File:base.c
#include <stdio.h>
int base = 40;
__attribute__((constructor)) static void begin(void) { dprintf(1, "+base\n"); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-base\n"); }
//#File:filtee.c
#include <stdio.h>
extern int base;
int number(void) { return base + 2; }
__attribute__((constructor)) static void begin(void) { dprintf(1, "+filtee\n"); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-filtee\n"); }
//#File:lib.c
#include <stdio.h>
int number(void) { return 1; }
__attribute__((constructor)) static void begin(void) { dprintf(1, "+filter\n"); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-filter\n"); }
