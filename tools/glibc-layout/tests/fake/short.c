// Another source of the loader, which sees the start of a structure only.
#include <stdint.h>

struct link_map {
    uintptr_t l_addr;
    char *l_name;
};

struct link_map *_dl_public_map;
uintptr_t _dl_address_of(const struct link_map *map) { return map->l_addr; }
