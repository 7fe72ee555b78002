// A library of the storm, see lib.h.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#include "lib.h"

// what crtbegin.o would define; it stands for the library
__attribute__((visibility("hidden"))) void *__dso_handle = &__dso_handle;

// --- calls into the dependencies ----------------------------------------------------------------------------------------
#define D(n) extern int STORM_JOIN2(call, n)(int);
DEPENDENCIES
#undef D

int STORM(call)(int x) {
    int sum = STORM_VALUE(NUMBER, x);
#define D(n) sum += STORM_JOIN2(call, n)(x);
    DEPENDENCIES
#undef D
    return sum;
}

// Every library defines this one: a lazily bound call finds that of a library that is opened globally, perhaps by another
// thread, which may close it at this moment; or its own.
int storm_shared(void) { return NUMBER; }
int STORM(who)(void) { return storm_shared(); }
const char *storm_name(void) {
    static const char name[] = {'0' + NUMBER / 10, '0' + NUMBER % 10, 0};
    return name;
}

// From here, because whoever searches without a handle depends on what is found from then on: the program would for good.
void *STORM(default)(const char *name) {
    void *found = dlsym(RTLD_DEFAULT, name);
    __asm__ volatile("" : "+r"(found));  // no tail call: the caller counts
    return found;
}

void STORM(back)(void (*function)(void *), void *argument) {
    function(argument);
    __asm__ volatile("" ::: "memory");  // no tail call
}

// --- functions that are bound at their first call --------------------------------------------------------------------------
#define EACH(f) f(0) f(1) f(2) f(3) f(4) f(5) f(6) f(7) f(8) f(9) f(10) f(11) f(12) f(13) f(14) f(15)
#define TARGET2(number, k) storm_target_##number##_##k
#define TARGET1(number, k) TARGET2(number, k)
#define TARGET(k) TARGET1(NUMBER, k)
#define DEFINE(k) int TARGET(k)(int x) { return x + k * 100 + NUMBER; }
EACH(DEFINE)

int STORM(lazy)(int k, int x) {
    switch (k) {
#define CASE(k) case k: return TARGET(k)(x);
        EACH(CASE)
    }
    return -1;
}

// --- thread-local storage ----------------------------------------------------------------------------------------------------
struct cell {
    uint64_t magic, owner, count;
    void *self;
    unsigned char rest[TLS_BYTES - 32];
} __attribute__((aligned(TLS_ALIGN)));
__thread struct cell STORM(cell) = {STORM_MAGIC + NUMBER, 0, 0, 0, {0}};
// one more that is zero: a reused block must have been cleared
static __thread uint64_t zero[4];

// 0, or the number of what is wrong. `me` is the number of the calling thread, which no other has had before.
int STORM(tls)(uint64_t me) {
    struct cell *cell = &STORM(cell);
    __asm__("" : "+r"(cell));
    if ((uintptr_t)cell % TLS_ALIGN) return 1;
    if (cell->magic != STORM_MAGIC + NUMBER) return 2;
    if (cell->owner == 0) {
        if (cell->count || cell->self) return 3;
        for (unsigned i = 0; i < sizeof cell->rest; i++)
            if (cell->rest[i]) return 4;
        for (int i = 0; i < 4; i++)
            if (zero[i]) return 5;
        cell->owner = me;
        cell->self = cell;
        for (unsigned i = 0; i < sizeof cell->rest; i++) cell->rest[i] = (unsigned char)(me + i);
    }
    if (cell->owner != me) return 6;
    if (cell->self != cell) return 7;
    if (zero[1] != cell->count) return 8;
    if (sizeof cell->rest && cell->rest[0] != (unsigned char)me) return 9;
    zero[1] = ++cell->count;
    return 0;
}
void *STORM(cell_address)(void) { return &STORM(cell); }

// --- what only some have -------------------------------------------------------------------------------------------------------
#ifdef WITH_IFUNC
static int chosen(int x) { return x + 4711; }
static int (*choose(void))(int) { return chosen; }
int STORM(ifunc)(int x) __attribute__((ifunc("choose")));
// a pointer to it in the data: a relocation that runs the resolver
int (*STORM(pointer))(int) = STORM(ifunc);
int STORM(by_pointer)(int x) { return STORM(pointer)(x) - STORM(ifunc)(0); }
#endif
#ifdef WITH_VERSIONS
int versioned_old(void) { return 1; }
int versioned_new(void) { return 2; }
__asm__(".symver versioned_old, storm_versioned@STORM_1\n.symver versioned_new, storm_versioned@@STORM_2");
#endif
#ifdef WITH_UNDEFINED
extern int storm_that_nobody_defines(int);
int STORM(undefined)(int x) { return storm_that_nobody_defines(x); }
#endif

// --- constructor and destructor ---------------------------------------------------------------------------------------------------
static int ready;
int STORM(ready)(void) { return ready; }
#ifdef OPENS
static void *opened;
#endif

__attribute__((constructor)) static void construct(void) {
    ready++;
#ifdef OPENS
    opened = dlopen(OPENS, RTLD_LAZY);
#endif
    if (storm_constructed) storm_constructed(NUMBER);
}

__attribute__((destructor)) static void destruct(void) {
    if (storm_destructed) storm_destructed(NUMBER);
#ifdef OPENS
    if (opened) dlclose(opened);
#endif
    ready--;
}
