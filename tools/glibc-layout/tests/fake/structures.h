// Structures with the names and the kinds of members that glibc's private ones have, small and with other offsets.
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifndef RG_PADDING
#define RG_PADDING 3
#endif
#ifndef RO_PADDING
#define RO_PADDING 5
#endif

typedef struct list_head {
    struct list_head *next, *prev;
} list_t;

struct r_scope_elem {
    struct link_map **r_list;
    unsigned int r_nlist;
};

struct link_map {
    uintptr_t l_addr;
    char *l_name;
    void *l_info[83];
    struct r_scope_elem l_searchlist;
    union {
        const uint32_t *l_gnu_buckets;
        const uint32_t *l_chain;
    };
    enum { lt_executable, lt_library, lt_loaded } l_type : 2;
    unsigned int l_filler : 9;
    unsigned int l_relocated : 1;
    bool l_flag;
    unsigned int l_auditing : 1;
    struct r_scope_elem *l_local_scope[2];
    size_t l_tls_modid;
};

struct link_namespaces {
    struct link_map *_ns_loaded;
    unsigned int _ns_nloaded;
    struct link_map *libc_map;
};

typedef union {
    struct {
        int lock;
        unsigned int count;
    } data;
    char size[40];
} mutex_t;

struct rtld_global {
    char padding[RG_PADDING];
    struct link_namespaces _dl_ns[16];
    size_t _dl_nns;
    volatile mutex_t _dl_load_lock;
    list_t _dl_stack_used;
};

struct cpu_features {
    struct {
        int kind, max_cpuid;
    } basic;
    struct {
        unsigned int cpuid[4], active[4];
    } features[9];
    unsigned int preferred[1];
};

struct rtld_global_ro {
    const char *_dl_platform;
    char padding[RO_PADDING];
    size_t _dl_pagesize;
    struct cpu_features _dl_x86_cpu_features;
    void *(*_dl_open)(const char *, int, ...);
    void (*_dl_libc_freeres)(void);
};

typedef struct {
    void *tcb;
    union dtv *dtv;
    void *self;
    int words[8][4] __attribute__((aligned(32)));
} tcbhead_t;

struct pthread {
    union {
        tcbhead_t header;
        void *__padding[24];
    };
    list_t list;
    int tid;
    struct {
        uintptr_t seq;
        void *data;
    } specific_1stblock[32];
    _Bool report_events;
    char end[];
};

typedef enum { glibc_malloc_check, glibc_fake_depth, glibc_fake_word } tunable_id_t;

typedef enum { TUNABLE_TYPE_INT_32, TUNABLE_TYPE_UINT_64, TUNABLE_TYPE_SIZE_T, TUNABLE_TYPE_STRING } tunable_type_code_t;

typedef struct _tunable {
    const char name[42];
    struct {
        tunable_type_code_t type_code;
        int64_t min, max;
    } type;
    union {
        int64_t numval;
        const char *strval;
    } def;
    const char env_alias[23];
} tunable_t;
