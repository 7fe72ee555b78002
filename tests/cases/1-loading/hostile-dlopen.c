// 2,000 mutations of libraries' headers and tables, each opened in a child process: never a signal inside the loader, never a hang.
//#Requires:file:/proc/self/maps
//#NoOracle:glibc's loader trusts its input and crashes
//#Plugin:plain.c:-nostartfiles
//#Plugin:tables.c:-nostartfiles -Wl,--hash-style=both -Wl,--version-script=lib.map
//#Plugin:tls.c:-nostartfiles -mtls-dialect=gnu2 -Wl,-z,lazy
//#Plugin:sysv.c:-nostartfiles -Wl,--hash-style=sysv -Wl,-z,now
//#Args:@LD@ libplain.so libtables.so libtls.so libsysv.so
//#Expect:libplain.so: 500 mutations, 0 crashes in the loader, 0 hangs
//#Expect:libtables.so: 500 mutations, 0 crashes in the loader, 0 hangs
//#Expect:libtls.so: 500 mutations, 0 crashes in the loader, 0 hangs
//#Expect:libsysv.so: 500 mutations, 0 crashes in the loader, 0 hangs
//#Sources:mutate.c
#define _GNU_SOURCE
#include "mutate.h"
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

static unsigned long text_start, text_end;

// The loader's code, by its file name in the memory map.
static void find_loader(const char *path) {
    char line[5000], *real = realpath(path, NULL);
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps)) {
        unsigned long start, end;
        char permissions[5];
        if (real && strstr(line, real) && sscanf(line, "%lx-%lx %4s", &start, &end, permissions) == 3 && permissions[2] == 'x')
            text_start = start, text_end = end;
    }
    fclose(maps);
}

static void crashed(int number, siginfo_t *info, void *context) {
    unsigned long pc = ((ucontext_t *)context)->uc_mcontext.gregs[REG_RIP];
    _exit(pc >= text_start && pc < text_end ? 77 : 78);
}

static int try(const char *file) {
    pid_t child = fork();
    if (child == 0) {
        static char stack[65536];
        stack_t alternate = {.ss_sp = stack, .ss_size = sizeof stack};
        struct sigaction action = {.sa_sigaction = crashed, .sa_flags = SA_SIGINFO | SA_ONSTACK};
        int signals[] = {SIGSEGV, SIGBUS, SIGILL, SIGFPE, SIGABRT, SIGTRAP};
        sigaltstack(&alternate, NULL);
        for (int i = 0; i < 6; i++)
            sigaction(signals[i], &action, NULL);
        alarm(20);
        void *handle = dlopen(file, RTLD_NOW);
        if (handle)
            dlsym(handle, "function");
        _exit(handle ? 0 : dlerror() ? 1 : 2);
    }
    int status;
    waitpid(child, &status, 0);
    return status;
}

int main(int argc, char **argv) {
    find_loader(argv[1]);
    if (!text_start)
        return puts("the loader is not in the memory map"), 1;
    for (int i = 2; i < argc; i++) {
        int crashes = 0, hangs = 0;
        for (unsigned seed = 0; seed < 500; seed++) {
            char what[200];
            if (!mutate(argv[i], "./mutated.so", seed * 4 + i, what, sizeof what))
                return puts("cannot mutate"), 1;
            int status = try("./mutated.so");
            int crash = WIFEXITED(status) && WEXITSTATUS(status) == 77, hang = WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM;
            if ((crash || hang) && crashes + hangs < 3)
                fprintf(stderr, "%s, seed %u: %s: %s\n", argv[i], seed * 4 + i, what, crash ? "crash" : "hang");
            crashes += crash;
            hangs += hang;
        }
        printf("%s: 500 mutations, %d crashes in the loader, %d hangs\n", argv[i], crashes, hangs);
        fflush(stdout);
    }
}
//#File:mutate.h
#include <stddef.h>
// Writes a copy of a shared object with a few changes that the seed decides, and says which. 0 on failure.
int mutate(const char *from, const char *to, unsigned seed, char *what, size_t room);
//#File:mutate.c
#include "mutate.h"
#include <elf.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state;

static uint64_t next(void) {
    state ^= state << 13, state ^= state >> 7, state ^= state << 17;
    return state;
}

static uint64_t nasty(uint64_t old) {
    switch (next() % 10) {
    case 0: return 0;
    case 1: return -1;
    case 2: return old + 1;
    case 3: return old - 1;
    case 4: return old ^ 1ull << next() % 64;
    case 5: return 0x7fffffffffffffff;
    case 6: return 0x80000000;
    case 7: return old + 0x1000;
    case 8: return old * 8;
    default: return next();
    }
}

int mutate(const char *from, const char *to, unsigned seed, char *what, size_t room) {
    static char bytes[1 << 20];
    FILE *file = fopen(from, "rb");
    size_t size = file ? fread(bytes, 1, sizeof bytes, file) : 0;
    if (!file || fclose(file) || size < 1000)
        return 0;
    state = (seed + 1) * 0x9e3779b97f4a7c15;
    for (int i = 0; i < 5; i++)
        next();
    Elf64_Ehdr header;
    memcpy(&header, bytes, sizeof header);
    const Elf64_Shdr *sections = (const Elf64_Shdr *)(bytes + header.e_shoff);
    static const uint32_t kinds[] = {SHT_DYNAMIC, SHT_DYNSYM, SHT_STRTAB, SHT_HASH, SHT_GNU_HASH, SHT_GNU_versym, SHT_GNU_verdef, SHT_GNU_verneed, SHT_RELA, SHT_NOTE};
    size_t length = 0, filled = 0;
    what[0] = 0;
    if (seed % 20 == 0)
        size = next() % size;
    int changes = seed % 20 ? 1 + next() % 3 : 0;
    for (int change = 0; change < changes; change++) {
        size_t start = 0, room_here = 64;
        unsigned region = next() % 14;
        if (region == 12)
            start = header.e_phoff, room_here = header.e_phnum * sizeof(Elf64_Phdr);
        for (int i = 0; i < header.e_shnum && region < 12; i++)
            if (sections[i].sh_type == kinds[region < 10 ? region : 0] && (sections[i].sh_flags & SHF_ALLOC))
                start = sections[i].sh_offset, room_here = sections[i].sh_size;
        static const int widths[] = {1, 2, 4, 8};
        length = widths[next() % 4];
        if (room_here < length)
            continue;
        size_t at = start + next() % (room_here / length) * length;
        uint64_t value = 0;
        memcpy(&value, bytes + at, length);
        uint64_t fresh = nasty(value);
        memcpy(bytes + at, &fresh, length);
        filled += snprintf(what + filled, room - filled, "%zu bytes at %#zx from %#lx to %#lx; ", length, at, (long)value, (long)fresh);
    }
    if (!filled)
        snprintf(what, room, "cut to %zu bytes", size);
    remove(to);
    file = fopen(to, "wb");
    return file && fwrite(bytes, 1, size, file) == size && !fclose(file);
}
//#File:plain.c
int data = 5;
int *pointer = &data;
int function(void) { return *pointer; }
//#File:tables.c
#include <stdlib.h>
__asm__(".symver one, name@V1\n.symver two, name@@V2");
int one(void) { return 1; }
int two(void) { return 2; }
int function(void) { return getenv("X") != NULL; }
int table[100] = {1};
int *pointers[] = {table, table + 50};
//#File:tls.c
__thread int a = 1;
static __thread char b[1000];
int function(void) { return a + b[3]; }
//#File:sysv.c
#include <stdlib.h>
static int numbers[] = {1, 2, 3};
int *const constant = numbers;
int function(void) { return abs(constant[1]) + (int)strtol("5", NULL, 10); }
//#File:lib.map
V1 { };
V2 { global: name; function; table; pointers; local: *; } V1;
