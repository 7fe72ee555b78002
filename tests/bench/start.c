// Time from exec to the program's entry point, for two dynamic linkers side by side.
//
//     start PAIRS LOADER_A LOADER_B PROGRAM [ARGS...]
//
// The program is copied three times; PT_INTERP of the copies names loader A, loader B and loader A again (the control).
// Each round runs all three, so that drifts of the machine hit them alike. A run is stopped by a hardware breakpoint at
// AT_ENTRY, which changes no byte of the program; CPU time comes from /proc/PID/schedstat, faults from /proc/PID/stat.
// ENV_B=NAME=VALUE is in the environment of loader B's runs only.
// Prints the median of the per-round ratios B/A with their extremes, the control's, and the medians in microseconds.
#define _GNU_SOURCE
#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

struct sample {
    double cpu_us;
    long faults;
};

static void fail(const char *what) {
    fprintf(stderr, "start: %s: %s\n", what, strerror(errno));
    exit(1);
}

// A copy of `program` whose PT_INTERP is `interpreter`; it must fit into the old one.
static void copy_with_interpreter(const char *program, const char *copy, const char *interpreter) {
    int in = open(program, O_RDONLY), out = open(copy, O_RDWR | O_CREAT | O_TRUNC, 0755);
    struct stat st;
    if (in < 0 || out < 0 || fstat(in, &st) || ftruncate(out, st.st_size)) fail(program);
    char *from = mmap(0, st.st_size, PROT_READ, MAP_PRIVATE, in, 0);
    char *to = mmap(0, st.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, out, 0);
    if (from == MAP_FAILED || to == MAP_FAILED) fail(copy);
    memcpy(to, from, st.st_size);
    Elf64_Ehdr *header = (Elf64_Ehdr *)to;
    Elf64_Phdr *phdr = (Elf64_Phdr *)(to + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++)
        if (phdr[i].p_type == PT_INTERP) {
            if (strlen(interpreter) + 1 > phdr[i].p_filesz) fprintf(stderr, "start: %s is too long\n", interpreter), exit(1);
            memset(to + phdr[i].p_offset, 0, phdr[i].p_filesz);
            strcpy(to + phdr[i].p_offset, interpreter);
        }
    munmap(from, st.st_size);
    munmap(to, st.st_size);
    close(in);
    close(out);
}

static double cpu_us(pid_t pid) {
    char path[64];
    unsigned long long ns = 0;
    snprintf(path, sizeof path, "/proc/%d/schedstat", pid);
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%llu", &ns) != 1) fail(path);
    fclose(file);
    return ns / 1000.0;
}

static long minor_faults(pid_t pid) {
    char path[64], line[1024];
    long faults = 0;
    snprintf(path, sizeof path, "/proc/%d/stat", pid);
    FILE *file = fopen(path, "r");
    if (!file || !fgets(line, sizeof line, file)) fail(path);
    fclose(file);
    sscanf(strrchr(line, ')') + 2, "%*c %*d %*d %*d %*d %*d %*u %ld", &faults);
    return faults;
}

static unsigned long entry_of(pid_t pid) {
    char path[64];
    snprintf(path, sizeof path, "/proc/%d/auxv", pid);
    FILE *file = fopen(path, "r");
    if (!file) fail(path);
    Elf64_auxv_t entry;
    unsigned long found = 0;
    while (fread(&entry, sizeof entry, 1, file) == 1)
        if (entry.a_type == AT_ENTRY) found = entry.a_un.a_val;
    fclose(file);
    return found;
}

static struct sample run(char **argv, const char *variable) {
    pid_t pid = fork();
    if (pid < 0) fail("fork");
    if (pid == 0) {
        int null = open("/dev/null", O_RDWR);
        dup2(null, 0), dup2(null, 1), dup2(null, 2);
        if (variable) putenv((char *)variable);
        ptrace(PTRACE_TRACEME, 0, 0, 0);
        execv(argv[0], argv);
        _exit(126);
    }
    int status;
    if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status)) fail("the program did not start");
    unsigned long entry = entry_of(pid);
    double before = cpu_us(pid);
    if (ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[0]), entry) ||
        ptrace(PTRACE_POKEUSER, pid, offsetof(struct user, u_debugreg[7]), 1))
        fail("hardware breakpoint");
    ptrace(PTRACE_CONT, pid, 0, 0);
    if (waitpid(pid, &status, 0) < 0 || !WIFSTOPPED(status)) fail("the program did not reach its entry");
    struct sample sample = {cpu_us(pid) - before, minor_faults(pid)};
    kill(pid, SIGKILL);
    waitpid(pid, &status, 0);
    return sample;
}

static int by_value(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double median(double *values, int count) {
    qsort(values, count, sizeof *values, by_value);
    return count % 2 ? values[count / 2] : (values[count / 2 - 1] + values[count / 2]) / 2;
}

int main(int argc, char **argv) {
    if (argc < 5) return fprintf(stderr, "usage: start PAIRS LOADER_A LOADER_B PROGRAM [ARGS...]\n"), 2;
    int pairs = atoi(argv[1]);
    char copies[3][300];
    const char *loaders[3] = {argv[2], argv[3], argv[2]};
    const char *directory = getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp";
    for (int i = 0; i < 3; i++) {
        snprintf(copies[i], sizeof copies[i], "%s/start-%d-%c", directory, getpid(), "abc"[i]);
        copy_with_interpreter(argv[4], copies[i], loaders[i]);
    }
    double *ratio = calloc(pairs, sizeof *ratio), *control = calloc(pairs, sizeof *control);
    double *us[2] = {calloc(pairs, sizeof(double)), calloc(pairs, sizeof(double))};
    long faults[3] = {0};
    for (int round = -2; round < pairs; round++) {
        struct sample samples[3];
        for (int i = 0; i < 3; i++) {
            argv[4] = copies[i];
            samples[i] = run(argv + 4, i == 1 ? getenv("ENV_B") : NULL);
            faults[i] = samples[i].faults;
        }
        if (round < 0) continue;
        ratio[round] = samples[1].cpu_us / samples[0].cpu_us;
        control[round] = samples[2].cpu_us / samples[0].cpu_us;
        us[0][round] = samples[0].cpu_us;
        us[1][round] = samples[1].cpu_us;
    }
    for (int i = 0; i < 3; i++) unlink(copies[i]);
    double middle = median(ratio, pairs), same = median(control, pairs);
    printf("%5.2f  (%.2f..%.2f)  control %4.2f   %8.0f us -> %8.0f us   faults %4ld -> %4ld\n", middle, ratio[0],
           ratio[pairs - 1], same, median(us[0], pairs), median(us[1], pairs), faults[0], faults[1]);
}
