// What the compiler says of the structures: `struct path offset size`, with `bit bits` behind for a bit field.
#include "structures.h"
#include <stdio.h>
#include <string.h>

#define SIZE(s) printf("%s . 0 %zu\n", #s, sizeof(struct s))
#define ROW(s, path) printf("%s %s %zu %zu\n", #s, #path, offsetof(struct s, path), sizeof(((struct s *)0)->path))
#define BITS(s, field) \
    do { \
        static union { \
            struct s value; \
            unsigned char bytes[sizeof(struct s)]; \
        } all; \
        all.value.field = ~0; \
        print_bits(#s, #field, all.bytes); \
    } while (0)

static void print_bits(const char *s, const char *field, const unsigned char *bytes) {
    size_t first = 0, count = 0;
    while (!(bytes[first / 8] >> first % 8 & 1))
        first++;
    while (bytes[(first + count) / 8] >> (first + count) % 8 & 1)
        count++;
    printf("%s %s %zu 4 %zu %zu\n", s, field, first / 8, first % 8, count);
}

int main(void) {
    SIZE(link_map), SIZE(rtld_global), SIZE(rtld_global_ro), SIZE(link_namespaces), SIZE(pthread), SIZE(cpu_features);
    ROW(link_map, l_name), ROW(link_map, l_info), ROW(link_map, l_searchlist.r_nlist), ROW(link_map, l_gnu_buckets);
    ROW(link_map, l_chain), ROW(link_map, l_flag), ROW(link_map, l_local_scope), ROW(link_map, l_tls_modid);
    BITS(link_map, l_type);
    BITS(link_map, l_filler);
    BITS(link_map, l_relocated);
    BITS(link_map, l_auditing);
    ROW(link_namespaces, _ns_nloaded), ROW(link_namespaces, libc_map);
    ROW(rtld_global, _dl_ns), ROW(rtld_global, _dl_ns[0].libc_map), ROW(rtld_global, _dl_nns);
    ROW(rtld_global, _dl_load_lock), ROW(rtld_global, _dl_load_lock.data.count), ROW(rtld_global, _dl_stack_used.prev);
    ROW(cpu_features, basic.max_cpuid), ROW(cpu_features, features), ROW(cpu_features, features[0].active);
    ROW(cpu_features, preferred);
    ROW(rtld_global_ro, _dl_pagesize), ROW(rtld_global_ro, _dl_x86_cpu_features.features), ROW(rtld_global_ro, _dl_open);
    ROW(rtld_global_ro, _dl_libc_freeres);
    ROW(pthread, header.self), ROW(pthread, header.words), ROW(pthread, __padding), ROW(pthread, tid);
    ROW(pthread, specific_1stblock), ROW(pthread, specific_1stblock[0].data), ROW(pthread, report_events);
}
