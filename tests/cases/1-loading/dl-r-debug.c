// _r_debug and the chain of link maps that debuggers follow: DT_DEBUG leads there, every object is in it. (Older loaders do not
// refresh the copy of _r_debug that the program gets by a copy relocation.)
//#Shared:lib.c
//#Requires:glibc>=2.35
//#Plugin:late.c
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static int listed(const char *part) {
    int count = 0;
    for (struct link_map *map = _r_debug.r_map; map; map = map->l_next) {
        count += strstr(map->l_name, part) != NULL;
        if (map->l_next && map->l_next->l_prev != map)
            puts("broken chain");
    }
    return count;
}

int main(void) {
    struct r_debug *debug = NULL;
    for (ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag; entry++)
        if (entry->d_tag == DT_DEBUG)
            debug = (struct r_debug *)entry->d_un.d_ptr;
    printf("version %d, same chain %d\n", debug->r_version > 0, debug->r_map == _r_debug.r_map);
    printf("breakpoint %d\n", debug->r_brk != 0);
    printf("first is the program: %d\n", debug->r_map->l_name[0] == 0 && debug->r_map->l_ld == _DYNAMIC);
    printf("%d %d %d\n", listed("liblib.so"), listed("libc.so.6"), listed("liblate.so"));
    void *handle = dlopen("./liblate.so", RTLD_NOW);
    printf("%d\n", listed("liblate.so"));
    dlclose(handle);
    printf("%d\n", listed("liblate.so"));
}
//#File:lib.c
int f(void) { return 0; }
//#File:late.c
int g(void) { return 0; }
