// Stands for ld.so: the shared objects, a table of tunables, and something of every type.
#include "structures.h"

struct rtld_global _rtld_global;
struct rtld_global_ro _rtld_global_ro;
struct pthread *_dl_initial_thread;

tunable_t tunable_list[] = {
    {"glibc.malloc.check", {TUNABLE_TYPE_INT_32, 0, 3}, {0}, "MALLOC_CHECK_"},
    {"glibc.fake.depth", {TUNABLE_TYPE_INT_32, 7, INT32_MAX}, {12}, "FAKE_DEPTH"},
    {"glibc.fake.word", {TUNABLE_TYPE_STRING, 0, 0}, {0}, ""},
};

tunable_id_t tunable_last = glibc_fake_word;
