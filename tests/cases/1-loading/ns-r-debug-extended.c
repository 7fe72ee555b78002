// DT_DEBUG after dlmopen: version 2, and a chain of structures, one for each namespace; an emptied one stays in it without a map.
//#Plugin:lib.c:-nostdlib
//#Plugin:more.c:-nostdlib
//#Requires:glibc>=2.35
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static struct r_debug_extended *debug;

static void show(const char *when) {
    printf("%s: version %d", when, debug->base.r_version);
    if (debug->base.r_version < 2) {
        puts("");
        return;
    }
    for (struct r_debug_extended *at = debug; at; at = at->r_next) {
        printf(" [%d", at->base.r_state);
        for (struct link_map *map = at->base.r_map; map; map = map->l_next) {
            const char *slash = strrchr(map->l_name, '/'), *name = slash ? slash + 1 : map->l_name;
            if (!strstr(name, "vdso") && !strstr(name, "prog"))
                printf(" %s", !*name ? "PROGRAM" : strncmp(name, "ld-", 3) ? name : "LOADER");
        }
        printf("]%s%s", at->base.r_brk == debug->base.r_brk ? "" : " other r_brk", at->base.r_ldbase == debug->base.r_ldbase ? "" : " other base");
    }
    puts("");
}

int main(void) {
    for (ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag; entry++)
        if (entry->d_tag == DT_DEBUG)
            debug = (struct r_debug_extended *)entry->d_un.d_ptr;
    show("start");
    void *first = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    show("first");
    void *second = dlmopen(LM_ID_NEWLM, "./libmore.so", RTLD_NOW);
    show("second");
    void *third = dlmopen(1, "./libmore.so", RTLD_NOW);
    show("into the first");
    dlclose(third);
    dlclose(first);
    show("first closed");
    first = dlmopen(LM_ID_NEWLM, "./libmore.so", RTLD_NOW);
    show("first again");
    dlclose(first), dlclose(second);
    show("all closed");
}
//#File:lib.c
int lib;
//#File:more.c
int more;
