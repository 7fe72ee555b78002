// The storm: threads that open, use and close libraries, throw through them, fork, end, and are interrupted by signals, all
// at once and pseudo-randomly. Everything that is observable is checked; at the end the process must be as it was.
//
//     storm [--seconds N] [--operations N] [--threads N] [--namespaces] [--fork-gate] [--plain-signals]
//           [--without OPERATION]...
//
//   --operations     each thread ends after that many (default 1000000) even if time is left
//   --without        leaves out an operation, for finding out what a failure comes from; their names are in the output
//   --namespaces     dlmopen too
//   --fork-gate      no thread is inside the loader while another forks: glibc's ld.so leaves the child with whatever
//                    it was in the middle of (its loader's lists, the lock of dl_iterate_phdr, TLS of half-opened libraries)
//   --plain-signals  handlers call only what glibc makes safe in one, _dl_find_object. Its dladdr waits for a lock, and binding
//                    a function in a handler that interrupted a lookup clears the mark of that (gscope_flag): a dlclose that
//                    waits for the mark is then never woken, and with it hangs whoever makes or ends a thread
//   LUCI_SEED        the seed (default: from the clock); it is printed. Interleavings are the kernel's, so it does not repeat a run
//
// A wrong value ends the program with one sentence and status 1. A crash, and a thread that makes no progress for
// STUCK_SECONDS, end it with the backtraces of all threads if there is gdb.
#include <cxxabi.h>
#include <dlfcn.h>
#include <errno.h>
#include <execinfo.h>
#include <fcntl.h>
#include <link.h>
#include <malloc.h>
#include <pthread.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <exception>
#include <stdexcept>

#include "lib.h"

// --- the libraries -----------------------------------------------------------------------------------------------------
constexpr int LIBRARIES = 12;
constexpr int FOR_CHILDREN = 11;  // only the children of forks open it
struct Kind {
    int dependencies[3];  // up to the first -1
    bool throws, local, ifunc, versions;
    bool dynamic_tls;  // used by __tls_get_addr; the other models may do without the thread's dtv, which dlinfo asks
};
// as tests/stress.sh builds them
const Kind KINDS[LIBRARIES] = {
    {{-1}, false, false, false, false, true},       // 0 C, general dynamic TLS
    {{-1}, true, true, false, false, true},         // 1 C++
    {{0, -1}, false, false, false, false, false},   // 2 TLS descriptors
    {{0, 1, -1}, true, true, false, false, false},  // 3 C++, throws through 1, TLS descriptors
    {{2, 3, -1}, false, false, false, false, true}, // 4
    {{-1}, false, false, false, false, false},      // 5 initial-exec TLS
    {{5, -1}, false, false, false, false, true},    // 6 needs it
    {{4, 6, -1}, true, true, false, false, true},   // 7 C++, linked with -z now
    {{-1}, false, false, true, true, true},         // 8 IFUNC, versions, DT_HASH only
    {{8, -1}, false, false, false, false, false},   // 9 large aligned TLS, descriptors
    {{8, -1}, false, false, false, false, true},    // 10 its constructor opens another
    {{0, 8, -1}, false, false, true, false, true},  // 11 for children
};

static int expected_call(int number, int x) {
    int sum = STORM_VALUE(number, x);
    for (int i = 0; KINDS[number].dependencies[i] >= 0; i++) sum += expected_call(KINDS[number].dependencies[i], x);
    return sum;
}
static bool throws_through_1(int number) { return number == 3; }

// --- settings, counters ----------------------------------------------------------------------------------------------------
constexpr int STUCK_SECONDS = 60, CHILD_SECONDS = 25, WATCH_SECONDS = 5;
constexpr int HANDLES = 6;
constexpr size_t STACK_BYTES = 256 * 1024;
// What the address space may have grown beyond the warm-up: malloc's and the loader's own pools settle within this.
constexpr long VM_SLACK_KIB = 12 * 1024;

enum Operation { OPEN, CLOSE, SYMBOL, CALL, TLS, THROW, FIND, ADDRESS, ITERATE, BACKTRACE, FORK, THREAD, FAIL, SIGNAL, NAMESPACE, OPERATIONS };
const char *const NAMES[OPERATIONS] = {"open",    "close", "sym",       "call", "tls",    "throw", "find",  "dladdr",
                                       "iterate", "trace", "fork", "thread", "fail", "signal", "dlmopen"};
static int weights[OPERATIONS] = {200, 150, 100, 120, 150, 60, 60, 40, 20, 15, 3, 10, 20, 20, 4};

static struct {
    int threads = 32;
    double seconds = 10;
    long operations = 1000000;
    bool namespaces, fork_gate, plain_signals;
    uint64_t seed;
} settings;

static std::atomic<long> counted[OPERATIONS], static_tls_full, handled, loaded;
static std::atomic<int> live[LIBRARIES], objects, namespaces_in_use;
static std::atomic<uint64_t> next_me{1};
static std::atomic<bool> stop;
static pthread_rwlock_t gate;
static char directory[4096];  // of the libraries, with the slash

struct Handle {
    int number = -1;
    void *handle;
    int (*call)(int), (*lazy)(int, int), (*tls)(uint64_t), (*who)(void), (*throws)(int), (*local)(void);
    void (*back)(void (*)(void *), void *);
    volatile bool usable = false;  // for signal handlers of this thread
};

struct Worker {
    pthread_t thread;
    uint64_t me, random;
    std::atomic<long> progress{0};
    volatile int operation = -1;
    Handle handles[HANDLES];
    unsigned long long last_adds = 0;
};
static Worker workers[256];
static thread_local Worker *self;
static thread_local volatile bool is_child;

// --- failing -----------------------------------------------------------------------------------------------------------------
extern "C" __attribute__((noinline)) void storm_failed(void) { __asm__ volatile(""); }  // for a debugger's breakpoint

extern "C" char __executable_start;
static char symbols[4200];  // tells gdb where this program is: started by name it is not the process's executable

// All threads' backtraces by gdb; async-signal-safe, and without libc's fork, which would run handlers and take locks.
static void backtraces() {
    static std::atomic<bool> done;
    if (done.exchange(true) && !is_child) return;
    char pid[16], *at = pid + sizeof pid;
    *--at = 0;
    for (long n = syscall(SYS_getpid); n; n /= 10) *--at = '0' + n % 10;
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    long child = syscall(SYS_fork);
    if (child == 0) {
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        dup2(2, 1);
        int null = open("/dev/null", O_RDONLY);
        dup2(null, 0);
        const char *arguments[] = {"gdb", "-q", "-nx", "-batch", "-ex", "set pagination off", "-ex", symbols, "-ex", "set print frame-arguments scalars",
                                   "-ex", "thread apply all bt 24", "-p", at, nullptr};
        for (const char *path : {"/usr/bin/gdb", "/usr/local/bin/gdb", "/bin/gdb"}) execv(path, (char *const *)arguments);
        const char none_there[] = "storm: there is no gdb for backtraces\n";
        if (write(2, none_there, sizeof none_there - 1)) {}
        _exit(1);
    }
    int status;
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR) {}
}

[[noreturn]] __attribute__((format(printf, 1, 2))) static void fail(const char *format, ...) {
    static std::atomic<bool> failed;
    if (failed.exchange(true) && !is_child)
        for (;;) pause();  // another thread's sentence is the one that counts
    char line[2048];
    int length = snprintf(line, sizeof line, "storm: FAILED%s: ", is_child ? " in the child of a fork" : "");
    va_list list;
    va_start(list, format);
    length += vsnprintf(line + length, sizeof line - length - 64, format, list);
    va_end(list);
    length += snprintf(line + length, 64, " (seed %llu)\n", (unsigned long long)settings.seed);
    if (write(2, line, length)) {}
    storm_failed();
    if (getenv("LUCI_STORM_TRACE")) backtraces();
    _exit(is_child ? 43 : 1);
}

static void on_crash(int signal, siginfo_t *info, void *) {
    static std::atomic<bool> crashed;
    if (crashed.exchange(true) && !is_child)
        for (;;) pause();
    char line[256];
    int length = snprintf(line, sizeof line, "storm: FAILED%s: signal %d at address %p, thread %ld, during operation %s (seed %llu)\n",
                          is_child ? " in the child of a fork" : "", signal, info->si_addr, syscall(SYS_gettid),
                          self && self->operation >= 0 ? NAMES[self->operation] : "none", (unsigned long long)settings.seed);
    if (write(2, line, length)) {}
    backtraces();
    _exit(is_child ? 43 : 1);
}

static void on_child_alarm(int) {
    const char text[] = "storm: FAILED: the child of a fork hangs\n";
    if (write(2, text, sizeof text - 1)) {}
    backtraces();
    _exit(43);
}

// Looks every few seconds whether every worker has got on.
static void on_alarm(int) {
    static long seen[256];
    static int stuck[256];
    for (int i = 0; i < settings.threads; i++) {
        long now = workers[i].progress;
        stuck[i] = now >= 0 && now == seen[i] ? stuck[i] + WATCH_SECONDS : 0;
        seen[i] = now;
        if (stuck[i] >= STUCK_SECONDS) {
            char line[200];
            int operation = workers[i].operation;
            int length = snprintf(line, sizeof line, "storm: FAILED: thread %d hangs for %d s in operation %s (seed %llu)\n", i, stuck[i],
                                  operation >= 0 ? NAMES[operation] : "none", (unsigned long long)settings.seed);
            if (write(2, line, length)) {}
            backtraces();
            _exit(1);
        }
    }
    alarm(WATCH_SECONDS);
}

// --- called by the libraries -----------------------------------------------------------------------------------------------
extern "C" void storm_constructed(int number) {
    if (number >= LIBRARIES) return;
    int now = ++live[number];
    loaded++;
    if (now != 1 && !is_child) fail("the constructor of library %d ran while it was constructed (%d)", number, now);
    for (int i = 0; KINDS[number].dependencies[i] >= 0; i++)
        if (live[KINDS[number].dependencies[i]] != 1 && !is_child)
            fail("the constructor of library %d ran before that of its dependency %d", number, KINDS[number].dependencies[i]);
}
extern "C" void storm_destructed(int number) {
    if (number >= LIBRARIES) return;
    int now = --live[number];
    if (now != 0 && !is_child) fail("the destructor of library %d ran %d times too often", number, -now);
    for (int i = 0; KINDS[number].dependencies[i] >= 0; i++)
        if (live[KINDS[number].dependencies[i]] != 1 && !is_child)
            fail("the destructor of library %d ran after that of its dependency %d", number, KINDS[number].dependencies[i]);
}
extern "C" void storm_object(int change) { objects += change; }
extern "C" {
int storm_main_symbol = 12345;
}

// --- small things ---------------------------------------------------------------------------------------------------------------
static uint64_t random_of(Worker &worker, uint64_t below) {
    // xorshift64*
    worker.random ^= worker.random >> 12, worker.random ^= worker.random << 25, worker.random ^= worker.random >> 27;
    return (worker.random * 2685821657736338717ull >> 33) % below;
}
static double now() {
    timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return time.tv_sec + time.tv_nsec * 1e-9;
}
static const char *text(const char *maybe) { return maybe ? maybe : "(no text)"; }

static void *symbol_of(void *handle, int number, const char *name) {
    char full[40];
    snprintf(full, sizeof full, "storm_%s_%d", name, number);
    void *found = dlsym(handle, full);
    if (!found) fail("dlsym finds no %s: %s", full, text(dlerror()));
    return found;
}
template <class F> static void take(F &function, void *handle, int number, const char *name) {
    function = reinterpret_cast<F>(symbol_of(handle, number, name));
}

static void resolve(Handle &slot) {
    take(slot.call, slot.handle, slot.number, "call");
    take(slot.lazy, slot.handle, slot.number, "lazy");
    take(slot.tls, slot.handle, slot.number, "tls");
    take(slot.who, slot.handle, slot.number, "who");
    take(slot.back, slot.handle, slot.number, "back");
    slot.throws = nullptr;
    slot.local = nullptr;
    if (KINDS[slot.number].throws) take(slot.throws, slot.handle, slot.number, "throw");
    if (KINDS[slot.number].local) take(slot.local, slot.handle, slot.number, "thread");
    std::atomic_signal_fence(std::memory_order_seq_cst);
    slot.usable = true;
}

static bool is_static_tls(const char *error) { return error && strstr(error, "static TLS block"); }

// Opens a library; null when static TLS is full. Copies of libc in namespaces may fill it; one small block of initial-exec
// TLS that comes and goes may not.
static void *open_library(Worker &worker, int number, int mode) {
    char name[4200];
    snprintf(name, sizeof name, "%slibstorm%d.so", random_of(worker, 2) ? directory : "", number);
    void *handle = dlopen(name, mode);
    if (!handle) {
        const char *error = dlerror();
        if (!settings.namespaces || !is_static_tls(error)) fail("dlopen(%s, %#x): %s", name, mode, text(error));
        static_tls_full++;
    }
    return handle;
}

static void check_call(Handle &slot, int x) {
    int wanted = expected_call(slot.number, x), got = slot.call(x);
    if (got != wanted) fail("storm_call_%d(%d) is %d, not %d", slot.number, x, got, wanted);
}
static void check_tls(const Handle &slot, uint64_t me, const char *where) {
    static const char *const WHAT[] = {"",          "is misaligned",      "has another module's or no initial value", "is in use but nobody's",
                                       "is not clear", "has not been cleared", "belongs to another thread",                "has moved",
                                       "and its neighbour differ", "has been overwritten"};
    if (int wrong = slot.tls(me)) fail("the thread-local variable of library %d %s%s", slot.number, WHAT[wrong], where);
}

// --- operations ----------------------------------------------------------------------------------------------------------------
static Handle *used(Worker &worker) {
    for (int tries = 0; tries < HANDLES; tries++) {
        Handle &slot = worker.handles[random_of(worker, HANDLES)];
        if (slot.number >= 0) return &slot;
    }
    return nullptr;
}
static Handle *unused(Worker &worker) {
    for (Handle &slot : worker.handles)
        if (slot.number < 0) return &slot;
    return nullptr;
}

static void close_slot(Handle &slot) {
    slot.usable = false;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    int number = slot.number;
    slot.number = -1;
    if (dlclose(slot.handle)) fail("dlclose of library %d: %s", number, text(dlerror()));
}

static void close_all(Worker &worker) {
    for (Handle &slot : worker.handles)
        if (slot.number >= 0) close_slot(slot);
}

static void do_open(Worker &worker) {
    Handle *slot = unused(worker);
    if (!slot) return;
    int number = random_of(worker, FOR_CHILDREN);
    int mode = random_of(worker, 3) ? RTLD_LAZY : RTLD_NOW;
    if (random_of(worker, 5) == 0) mode |= RTLD_GLOBAL;
    if (random_of(worker, 12) == 0) mode |= RTLD_DEEPBIND;
    void *handle = open_library(worker, number, mode);
    if (!handle) return;
    slot->number = number;
    slot->handle = handle;
    resolve(*slot);
    if (mode & RTLD_GLOBAL) {
        char name[40];
        snprintf(name, sizeof name, "storm_call_%d", number);
        auto search = reinterpret_cast<void *(*)(const char *)>(symbol_of(handle, number, "default"));
        void *found = search(name);
        if (found != (void *)slot->call) fail("%s of a global library is %p by RTLD_DEFAULT, %p by its handle", name, found, (void *)slot->call);
        auto shared = reinterpret_cast<int (*)()>(search("storm_shared"));
        if (!shared || shared() >= LIBRARIES) fail("storm_shared by RTLD_DEFAULT leads to %p", (void *)shared);
    }
    switch (random_of(worker, 4)) {  // fresh from the file: what is used first differs
        case 0: check_tls(*slot, worker.me, ""); break;
        case 1: check_call(*slot, 3); break;
        default: break;
    }
}

static void do_noload(Worker &worker) {
    Handle *held = used(worker);
    int number = held ? held->number : random_of(worker, FOR_CHILDREN);
    char name[32];
    snprintf(name, sizeof name, "libstorm%d.so", number);
    int mode = RTLD_LAZY | RTLD_NOLOAD;
    if (random_of(worker, 4) == 0) mode |= RTLD_GLOBAL;
    void *handle = dlopen(name, mode);
    if (held && handle != held->handle) fail("dlopen(%s, NOLOAD) gives %p, another open %p", name, handle, held->handle);
    if (handle && dlclose(handle)) fail("dlclose behind NOLOAD of %s: %s", name, text(dlerror()));
    if (!handle) dlerror();
}

static void do_symbol(Worker &worker) {
    Handle *slot = used(worker);
    switch (random_of(worker, 7)) {
        case 0: {
            if (dlsym(RTLD_DEFAULT, "storm_main_symbol") != &storm_main_symbol) fail("RTLD_DEFAULT finds another storm_main_symbol");
            return;
        }
        case 1: {
            if (!dlsym(RTLD_NEXT, "malloc")) fail("RTLD_NEXT finds no malloc: %s", text(dlerror()));
            return;
        }
        case 2: {
            void *handle = slot ? slot->handle : RTLD_DEFAULT;
            if (dlsym(handle, "storm_nowhere")) fail("dlsym finds what is nowhere");
            const char *error = dlerror();
            if (!error || !strstr(error, "storm_nowhere")) fail("dlerror does not name the symbol: %s", text(error));
            if (dlerror()) fail("dlerror tells an error twice");
            return;
        }
        default: break;
    }
    if (!slot) return;
    int number = slot->number;
    switch (random_of(worker, 5)) {
        case 0: {
            auto name = reinterpret_cast<const char *(*)()>(dlsym(slot->handle, "storm_name"));
            if (!name) fail("dlsym finds no storm_name in library %d: %s", number, text(dlerror()));
            if (atoi(name()) != number) fail("storm_name by the handle of library %d is that of %s", number, name());
            break;
        }
        case 1: {
            char name[40];
            snprintf(name, sizeof name, "storm_cell_%d", number);
            void *by_name = dlsym(slot->handle, name);
            auto address = reinterpret_cast<void *(*)()>(symbol_of(slot->handle, number, "cell_address"));
            if (by_name != address()) fail("dlsym of %s gives %p, its library %p", name, by_name, address());
            break;
        }
        case 2: {
            if (!KINDS[number].ifunc) break;
            auto function = reinterpret_cast<int (*)(int)>(symbol_of(slot->handle, number, "ifunc"));
            auto pointer = reinterpret_cast<int (*)(int)>(symbol_of(slot->handle, number, "by_pointer"));
            if (function(1) != 4712 || pointer(5) != 5) fail("an IFUNC of library %d leads astray", number);
            break;
        }
        case 3: {
            if (!KINDS[number].versions) break;
            auto older = reinterpret_cast<int (*)()>(dlvsym(slot->handle, "storm_versioned", "STORM_1"));
            auto newer = reinterpret_cast<int (*)()>(dlsym(slot->handle, "storm_versioned"));
            if (!older || !newer || older() != 1 || newer() != 2) fail("versions of storm_versioned are mixed up: %s", text(dlerror()));
            break;
        }
        default: {
            link_map *map = nullptr;
            if (dlinfo(slot->handle, RTLD_DI_LINKMAP, &map) || !map || !strstr(map->l_name, "libstorm"))
                fail("dlinfo of library %d gives no link_map", number);
            size_t modid = 0;
            if (dlinfo(slot->handle, RTLD_DI_TLS_MODID, &modid) || modid == 0) fail("library %d has no TLS module", number);
            void *block = nullptr;
            check_tls(*slot, worker.me, " before dlinfo");
            if (dlinfo(slot->handle, RTLD_DI_TLS_DATA, &block) || (!block && KINDS[number].dynamic_tls))
                fail("dlinfo gives no TLS block of library %d, which this thread uses", number);
        }
    }
}

static void do_call(Worker &worker) {
    Handle *slot = used(worker);
    if (!slot) return;
    check_call(*slot, random_of(worker, 1000));
    int k = random_of(worker, STORM_LAZY), got = slot->lazy(k, 5);
    if (got != 5 + k * 100 + slot->number) fail("lazily bound function %d of library %d answers %d", k, slot->number, got);
    int who = slot->who();
    if (who < 0 || who >= LIBRARIES) fail("storm_shared as library %d sees it answers %d", slot->number, who);
}

static void do_throw(Worker &worker) {
    Handle *slot = used(worker);
    if (!slot || !slot->throws) return;
    int value = random_of(worker, 64);
    char wanted[64];
    snprintf(wanted, sizeof wanted, "thrown by library %d", throws_through_1(slot->number) && value % 2 ? 1 : slot->number);
    try {
        slot->throws(value);
        fail("library %d did not throw", slot->number);
    } catch (const std::runtime_error &error) {
        if (strcmp(error.what(), wanted)) fail("caught \"%s\" instead of \"%s\"", error.what(), wanted);
    } catch (const std::exception &error) {
        fail("library %d: %s", slot->number, error.what());
    }
}

static void find(const Handle *slot) {
    dl_find_object found;
    if (_dl_find_object((void *)find, &found)) fail("_dl_find_object does not know the program");
    if (_dl_find_object(&found, &found) == 0) fail("_dl_find_object finds the stack in an object");
    if (!slot) return;
    void *address = (void *)slot->call;
    if (_dl_find_object(address, &found)) fail("_dl_find_object does not know library %d", slot->number);
    if (address < found.dlfo_map_start || address >= found.dlfo_map_end || !found.dlfo_eh_frame || !found.dlfo_link_map)
        fail("_dl_find_object gives %p..%p for %p of library %d", found.dlfo_map_start, found.dlfo_map_end, address, slot->number);
    char tail[32];
    snprintf(tail, sizeof tail, "libstorm%d.so", slot->number);
    if (!strstr(found.dlfo_link_map->l_name, tail)) fail("_dl_find_object finds %s for %s", found.dlfo_link_map->l_name, tail);
}

static void address_of(const Handle *slot) {
    Dl_info info{};
    if (dladdr(&info, &info)) fail("dladdr finds the stack in %s", text(info.dli_fname));
    if (!slot) return;
    if (!dladdr((void *)slot->call, &info)) fail("dladdr does not know library %d", slot->number);
    char name[32];
    snprintf(name, sizeof name, "storm_call_%d", slot->number);
    if (!info.dli_sname || strcmp(info.dli_sname, name) || info.dli_saddr != (void *)slot->call)
        fail("dladdr calls %s %s", name, text(info.dli_sname));
}

struct Listing {
    const char *wanted = nullptr;  // the end of a path to look for
    bool found = false;
    int count = 0;
    unsigned long long adds = 0, subs = 0;
    size_t highest = 0;
};
static int on_object(dl_phdr_info *info, size_t size, void *data) {
    auto &listing = *static_cast<Listing *>(data);
    if (size < sizeof *info) fail("dl_iterate_phdr gives only %zu bytes", size);
    listing.count++;
    if (listing.wanted && info->dlpi_name && strstr(info->dlpi_name, listing.wanted)) listing.found = true;
    listing.adds = info->dlpi_adds, listing.subs = info->dlpi_subs;
    if (info->dlpi_tls_modid > listing.highest) listing.highest = info->dlpi_tls_modid;
    if (!info->dlpi_name || info->dlpi_phnum == 0) fail("dl_iterate_phdr gives an object without name or headers");
    int loads = 0;
    for (int i = 0; i < info->dlpi_phnum; i++) loads += info->dlpi_phdr[i].p_type == PT_LOAD;
    if (!loads) fail("dl_iterate_phdr gives headers of %s without PT_LOAD", info->dlpi_name);
    return 0;
}
static Listing list(const char *wanted = nullptr) {
    Listing listing;
    listing.wanted = wanted;
    dl_iterate_phdr(on_object, &listing);
    return listing;
}
static void do_iterate(Worker &worker) {
    Listing listing = list();
    if (listing.adds < worker.last_adds) fail("dlpi_adds went back from %llu to %llu", worker.last_adds, listing.adds);
    worker.last_adds = listing.adds;
    if (listing.adds - listing.subs != (unsigned long long)listing.count && !settings.namespaces)
        fail("dl_iterate_phdr lists %d objects, with %llu added and %llu removed", listing.count, listing.adds, listing.subs);
}

static void on_back(void *argument) {
    auto &slot = *static_cast<Handle *>(argument);
    void *frames[20];
    int count = backtrace(frames, 20);
    char *start = (char *)slot.back;
    bool seen = false;
    for (int i = 0; i < count; i++) seen |= frames[i] > start && frames[i] < start + 64;
    if (!seen) fail("backtrace of %d frames misses the one in library %d", count, slot.number);
}

static void do_failing(Worker &worker) {
    struct {
        const char *name;
        int mode;
        const char *error;
    } const cases[] = {
        {"libstormnowhere.so", RTLD_LAZY, "libstormnowhere.so: cannot open shared object file"},
        {"libstormbroken.so", RTLD_LAZY, "libstormmissing.so"},
        {"libstormundefined.so", RTLD_NOW, "storm_that_nobody_defines"},
        {"libstormtext.so", RTLD_NOW, "file too short"},
        {"libstorm0.so", 0, "invalid mode"},
    };
    auto &chosen = cases[random_of(worker, sizeof cases / sizeof *cases)];
    void *handle = dlopen(chosen.name, chosen.mode);
    if (handle) fail("dlopen(%s, %d) works", chosen.name, chosen.mode);
    const char *error = dlerror();
    if (!error || (!strstr(error, chosen.error) && !is_static_tls(error))) fail("dlopen(%s): \"%s\" does not say \"%s\"", chosen.name, text(error), chosen.error);
}

// --- threads -------------------------------------------------------------------------------------------------------------------------
struct Visitor {
    Worker *by;
    int number;
    uint64_t me, random;
    Handle held;
};
// A short thread: uses what its maker holds and a library of its own, which it leaves closed but with objects alive.
static void *visit(void *argument) {
    auto &visitor = *static_cast<Visitor *>(argument);
    Worker quick;
    quick.me = visitor.me;
    quick.random = visitor.random;
    is_child = visitor.by->operation == FORK;
    if (visitor.held.number >= 0) {
        check_tls(visitor.held, quick.me, " in a new thread");
        check_call(visitor.held, 17);
    }
    Handle slot;
    slot.number = visitor.number;
    slot.handle = open_library(quick, visitor.number, RTLD_LAZY);
    if (!slot.handle) return argument;
    resolve(slot);
    check_tls(slot, quick.me, " in a new thread, freshly opened");
    // in short threads only: the object keeps its library until the thread ends
    if (slot.local && slot.local() != 1) fail("the thread_local object of library %d is wrong in a new thread", slot.number);
    if (slot.throws) {
        try {
            slot.throws(5);
            fail("library %d did not throw in a new thread", slot.number);
        } catch (const std::exception &) {
        }
    }
    close_slot(slot);
    return argument;
}

static pthread_attr_t *small_stack() {
    static pthread_attr_t attributes;
    static bool once = (pthread_attr_init(&attributes), pthread_attr_setstacksize(&attributes, STACK_BYTES), true);
    (void)once;
    return &attributes;
}

static void do_thread(Worker &worker, int number) {
    Visitor visitor{&worker, number, next_me++, random_of(worker, 1u << 30) + 1, Handle()};
    if (Handle *slot = used(worker)) {
        visitor.held.number = slot->number, visitor.held.handle = slot->handle;
        resolve(visitor.held);
    }
    pthread_t thread;
    if (int error = pthread_create(&thread, small_stack(), visit, &visitor)) fail("pthread_create: %s", strerror(error));
    void *result;
    pthread_join(thread, &result);
    if (result != &visitor) fail("a thread came back with another result");
}

// --- fork ---------------------------------------------------------------------------------------------------------------------------
static int mapped_lines(const char *what);

static void child(Worker &worker) {
    is_child = true;
    signal(SIGALRM, on_child_alarm);
    alarm(CHILD_SECONDS);
    if (Handle *slot = used(worker)) {
        check_tls(*slot, worker.me, ", which it used before the fork");
        check_call(*slot, 11);
        find(slot);
        if (slot->throws) do_throw(worker);
    }
    char name[32];
    snprintf(name, sizeof name, "libstorm%d.so", FOR_CHILDREN);
    for (int round = 0; round < 2; round++) {
        Handle slot;
        slot.number = FOR_CHILDREN;
        slot.handle = open_library(worker, FOR_CHILDREN, round ? RTLD_LAZY : RTLD_NOW);
        if (!slot.handle) _exit(42);
        resolve(slot);
        check_tls(slot, worker.me, "");
        check_call(slot, 7);
        if (slot.lazy(3, 1) != 301 + FOR_CHILDREN) fail("lazy binding in a fresh library");
        auto function = reinterpret_cast<int (*)(int)>(symbol_of(slot.handle, FOR_CHILDREN, "ifunc"));
        if (function(1) != 4712) fail("an IFUNC leads astray");
        find(&slot);
        address_of(&slot);
        if (!list(name).found) fail("dl_iterate_phdr does not list %s, which is open", name);
        close_slot(slot);
        if (list(name).found) fail("dl_iterate_phdr lists %s, which is closed", name);
        if (int lines = mapped_lines(name)) fail("%s is closed but has %d mappings", name, lines);
    }
    // Where other threads may have been anywhere: libc's get_cached_stack frees the dtv entries of a cached stack before it
    // clears them, and a child that is forked in between frees them again when it makes a thread.
    if (settings.fork_gate && random_of(worker, 4) == 0) do_thread(worker, FOR_CHILDREN);
    _exit(42);
}

static void do_fork(Worker &worker) {
    pid_t pid = fork();
    if (pid < 0) {
        if (errno == EAGAIN || errno == ENOMEM) return;
        fail("fork: %s", strerror(errno));
    }
    if (pid == 0) child(worker);
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR) fail("waitpid: %s", strerror(errno));
    if (WIFSIGNALED(status)) fail("the child of a fork ended by signal %d", WTERMSIG(status));
    if (WEXITSTATUS(status) != 42) fail("the child of a fork ended with status %d, see above", WEXITSTATUS(status));
}

// --- signals -----------------------------------------------------------------------------------------------------------------------
static void on_signal(int) {
    int error = errno;
    handled++;
    Handle *chosen = nullptr;
    if (self)
        for (Handle &slot : self->handles)
            if (slot.usable) chosen = &slot;
    find(chosen);
    if (chosen && !settings.plain_signals) {
        // bound here if it has not been called before
        int k = handled % STORM_LAZY;
        if (chosen->lazy(k, 1) != 1 + k * 100 + chosen->number) fail("a lazily bound function in a signal handler goes astray");
    }
    if (!settings.plain_signals) address_of(chosen);
    errno = error;
}

static void do_signal(Worker &worker) {
    if (random_of(worker, 2)) raise(SIGUSR1);
    else pthread_kill(workers[random_of(worker, settings.threads)].thread, SIGUSR1);
}

// --- namespaces ------------------------------------------------------------------------------------------------------------------
static void do_namespace(Worker &worker) {
    // static TLS has room for a few copies of libc's only
    if (namespaces_in_use++ >= 3) {
        namespaces_in_use--;
        return;
    }
    Handle slot;
    slot.number = random_of(worker, 2) ? 2 : 8;
    char name[32];
    snprintf(name, sizeof name, "libstorm%d.so", slot.number);
    slot.handle = dlmopen(LM_ID_NEWLM, name, RTLD_NOW);
    if (!slot.handle) {
        const char *error = dlerror();
        if (!is_static_tls(error)) fail("dlmopen(%s): %s", name, text(error));
        static_tls_full++;
    } else {
        resolve(slot);
        check_call(slot, 9);
        check_tls(slot, worker.me, " in a namespace");
        find(&slot);
        Lmid_t id = LM_ID_BASE;
        if (dlinfo(slot.handle, RTLD_DI_LMID, &id) || id == LM_ID_BASE) fail("dlinfo puts a library of a namespace into %ld", (long)id);
        void *second = dlmopen(id, "libstorm0.so", RTLD_LAZY);
        if (!second) fail("dlmopen into a namespace: %s", text(dlerror()));
        Handle other;
        other.number = 0, other.handle = second;
        resolve(other);
        check_call(other, 4);
        check_tls(other, worker.me, " in a namespace, opened second");
        void *base = dlopen("libstorm0.so", RTLD_LAZY);
        if (!base || base == second) fail("a library is the same in two namespaces");
        dlclose(base);
        close_slot(other);
        close_slot(slot);
    }
    namespaces_in_use--;
}

// --- a worker -----------------------------------------------------------------------------------------------------------------------
static void perform(Worker &worker, int operation) {
    Handle *slot = used(worker);
    switch (operation) {
        case OPEN:
            if (random_of(worker, 4) == 0) do_noload(worker);
            do_open(worker);
            break;
        case CLOSE:
            if (slot) close_slot(*slot);
            break;
        case SYMBOL: do_symbol(worker); break;
        case CALL: do_call(worker); break;
        case TLS:
            if (slot) check_tls(*slot, worker.me, "");
            break;
        case THROW: do_throw(worker); break;
        case FIND: find(slot); break;
        case ADDRESS: address_of(slot); break;
        case ITERATE: do_iterate(worker); break;
        case BACKTRACE:
            if (slot) slot->back(on_back, slot);
            break;
        case FORK: do_fork(worker); break;
        case THREAD: do_thread(worker, random_of(worker, FOR_CHILDREN)); break;
        case FAIL: do_failing(worker); break;
        case SIGNAL: do_signal(worker); break;
        case NAMESPACE: do_namespace(worker); break;
    }
}

static double end_of_storm;
static pthread_barrier_t barrier;
constexpr int TURNS = 4;
static pthread_mutex_t turns[TURNS];  // zero is PTHREAD_MUTEX_INITIALIZER

// With --fork-gate: one alone, or with all others that are not alone.
struct Gate {
    explicit Gate(bool alone) {
        if (!settings.fork_gate) return;
        if (alone) pthread_rwlock_wrlock(&gate);
        else pthread_rwlock_rdlock(&gate);
    }
    ~Gate() {
        if (settings.fork_gate) pthread_rwlock_unlock(&gate);
    }
};

static void *work(void *argument) {
    auto &worker = *static_cast<Worker *>(argument);
    self = &worker;
    int total = 0;
    for (int i = 0; i < OPERATIONS; i++) total += weights[i];
    pthread_barrier_wait(&barrier);
    for (long done = 0; done < settings.operations && !stop; done++) {
        double time = now();
        if (time > end_of_storm) stop = true;
        // At flood all libraries are nearly always open in some thread. At ebb few threads are at it and have one at most, so
        // that libraries come and go; with a handful as against one by one they also meet.
        bool ebb = (long)(time * 100) % 2;
        if (ebb) {
            Gate inside(false);
            close_all(worker);
        }
        pthread_mutex_t *turn = ebb ? &turns[worker.me % TURNS] : nullptr;
        if (turn) pthread_mutex_lock(turn);
        int operation = 0;
        for (int chosen = random_of(worker, total); (chosen -= weights[operation]) >= 0;) operation++;
        worker.operation = operation;
        {
            Gate inside(operation == FORK);
            if (ebb) do_open(worker);
            perform(worker, operation);
            if (ebb) close_all(worker);
        }
        if (turn) pthread_mutex_unlock(turn);
        counted[operation]++;
        worker.progress++;
    }
    worker.operation = CLOSE;
    {
        Gate inside(false);
        close_all(worker);
    }
    worker.progress = -1;
    pthread_barrier_wait(&barrier);  // nobody signals a thread that has ended
    return nullptr;
}

static double blow(double seconds) {
    pthread_barrier_init(&barrier, nullptr, settings.threads);
    stop = false;
    double start = now();
    end_of_storm = start + seconds;
    itimerval profile = {{0, 3000}, {0, 3000}}, off = {};
    setitimer(ITIMER_PROF, &profile, nullptr);
    for (int i = 0; i < settings.threads; i++) {
        Worker &worker = workers[i];
        worker.me = next_me++;
        worker.random = settings.seed * 1000003 + worker.me * 7919 + 1;
        worker.progress = 0;
        if (int error = pthread_create(&worker.thread, small_stack(), work, &worker)) fail("pthread_create: %s", strerror(error));
    }
    for (int i = 0; i < settings.threads; i++) pthread_join(workers[i].thread, nullptr);
    setitimer(ITIMER_PROF, &off, nullptr);
    return now() - start;
}

// --- the state of the process -------------------------------------------------------------------------------------------------------
// Lines of /proc/self/maps that name `what`. Without stdio, whose locks the child of a fork need not get.
static int mapped_lines(const char *what) {
    int file = open("/proc/self/maps", O_RDONLY | O_CLOEXEC), lines = 0;
    if (file < 0) fail("/proc/self/maps: %s", strerror(errno));
    static thread_local char buffer[8192];
    size_t kept = 0;
    for (;;) {
        ssize_t got = read(file, buffer + kept, sizeof buffer - 1 - kept);
        if (got < 0) fail("reading /proc/self/maps: %s", strerror(errno));
        if (got == 0) break;
        buffer[kept + got] = 0;
        char *line = buffer;
        for (char *end; (end = strchr(line, '\n')); line = end + 1) {
            *end = 0;
            lines += strstr(line, what) != nullptr;
        }
        kept = strlen(line);
        memmove(buffer, line, kept + 1);
    }
    close(file);
    return lines;
}

static long number_behind(const char *key) {
    FILE *file = fopen("/proc/self/status", "r");
    char line[256];
    long number = 0;
    while (file && fgets(line, sizeof line, file))
        if (!strncmp(line, key, strlen(key))) number = atol(line + strlen(key));
    if (file) fclose(file);
    return number;
}

static int open_files() {
    int count = 0;
    for (int file = 0; file < 1024; file++) count += fcntl(file, F_GETFD) >= 0;
    return count;
}

struct State {
    int mappings, objects, threads, files;
    size_t highest_module;
    long vm_kib;
};
static State state() {
    // what the last close could not take away, because a thread's objects needed it, this one does
    void *handle = dlopen("libstorm0.so", RTLD_LAZY);
    if (!handle || dlclose(handle)) fail("opening and closing a library at the end: %s", text(dlerror()));
    Listing listing = list();
    return {mapped_lines("libstorm"), listing.count, (int)number_behind("Threads:"), open_files(), listing.highest, number_behind("VmSize:")};
}

static void compare(const State &start, const State &end) {
    if (end.mappings != start.mappings) fail("%d mappings of the libraries are left, there were %d at the start", end.mappings, start.mappings);
    if (end.objects != start.objects) fail("%d objects are left, there were %d at the start", end.objects, start.objects);
    if (end.highest_module != start.highest_module) fail("the highest TLS module is %zu, it was %zu at the start", end.highest_module, start.highest_module);
    if (end.files != start.files) fail("%d files are open, there were %d at the start", end.files, start.files);
    if (end.threads != start.threads) fail("%d threads are left, there were %d at the start", end.threads, start.threads);
    for (int i = 0; i < LIBRARIES; i++)
        if (live[i]) fail("library %d is closed, but its constructor ran %d times more than its destructor", i, live[i].load());
    if (objects) fail("%d thread_local objects were not destroyed", objects.load());
}

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++) {
        bool has_value = i + 1 < argc;
        if (!strcmp(argv[i], "--seconds") && has_value) settings.seconds = atof(argv[++i]);
        else if (!strcmp(argv[i], "--operations") && has_value) settings.operations = atol(argv[++i]);
        else if (!strcmp(argv[i], "--threads") && has_value) settings.threads = atoi(argv[++i]);
        else if (!strcmp(argv[i], "--without") && has_value) {
            i++;
            for (int operation = 0; operation < OPERATIONS; operation++)
                if (!strcmp(argv[i], NAMES[operation])) weights[operation] = 0;
        } else if (!strcmp(argv[i], "--namespaces")) settings.namespaces = true;
        else if (!strcmp(argv[i], "--fork-gate")) settings.fork_gate = true;
        else if (!strcmp(argv[i], "--plain-signals")) settings.plain_signals = true;
        else return fprintf(stderr, "storm: unknown option %s\n", argv[i]), 2;
    }
    if (settings.threads < 1 || settings.threads > 256) return fprintf(stderr, "storm: 1 to 256 threads\n"), 2;
    const char *seed = getenv("LUCI_SEED");
    settings.seed = seed && *seed ? strtoull(seed, nullptr, 10) : (uint64_t)(now() * 1e6) % 1000000007;
    snprintf(symbols, sizeof symbols, "add-symbol-file %s -o %p", argv[0], (void *)&__executable_start);
    if (!settings.namespaces) weights[NAMESPACE] = 0;
    mallopt(M_ARENA_MAX, 2);
    const char *libraries = getenv("STORM_LIBRARIES");
    if (libraries) snprintf(directory, sizeof directory, "%s/", libraries);
    pthread_rwlockattr_t attributes;
    pthread_rwlockattr_init(&attributes);
    pthread_rwlockattr_setkind_np(&attributes, PTHREAD_RWLOCK_PREFER_WRITER_NONRECURSIVE_NP);
    pthread_rwlock_init(&gate, &attributes);

    struct sigaction action = {};
    action.sa_flags = SA_RESTART;
    action.sa_handler = on_signal;
    sigaction(SIGPROF, &action, nullptr);
    sigaction(SIGUSR1, &action, nullptr);
    action.sa_handler = on_alarm;
    sigaction(SIGALRM, &action, nullptr);
    action.sa_flags = SA_SIGINFO;
    action.sa_sigaction = on_crash;
    for (int signal : {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP}) sigaction(signal, &action, nullptr);
    alarm(WATCH_SECONDS);

    // one library stays, and what the unwinder and stdio load and allocate is there from now on
    if (!dlopen("libstormpinned.so", RTLD_NOW | RTLD_NODELETE)) fail("libstormpinned.so: %s", text(dlerror()));
    void *frames[4];
    backtrace(frames, 4);
    const State start = state();
    blow(settings.seconds / 5 < 1 ? 1 : settings.seconds / 5);
    const State warm = state();
    compare(start, warm);
    for (auto &count : counted) count = 0;
    loaded = handled = 0;
    double seconds = blow(settings.seconds);
    const State end = state();
    compare(start, end);
    if (end.vm_kib > warm.vm_kib + VM_SLACK_KIB)
        fail("the address space grew from %ld to %ld KiB behind the warm-up", warm.vm_kib, end.vm_kib);

    printf("seed %llu, %d threads, %.1f s, per second:", (unsigned long long)settings.seed, settings.threads, seconds);
    for (int i = 0; i < OPERATIONS; i++)
        if (counted[i]) printf(" %s %.0f", NAMES[i], counted[i] / seconds);
    printf(" load %.0f signal handlers %.0f", loaded / seconds, handled / seconds);
    printf(";  static TLS full %ld times, address space %ld -> %ld KiB\n", static_tls_full.load(), warm.vm_kib, end.vm_kib);
    return 0;
}
