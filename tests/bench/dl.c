// What programs ask the loader while they run, for two dynamic linkers side by side.
//
//     dl PAIRS LOADER_A LOADER_B DIRECTORY [OPERATION]      (DIRECTORY: the libraries that tests/bench-dl.sh builds)
//
// Three processes of this program are started by name, under loader A, loader B and loader A again (the control). They live
// through the whole run and wait on pipes. In each round every one performs the same batch of one operation, directly after
// each other and on the same CPU (sched_setaffinity), so that drifts of the machine hit them alike; rounds alternate the
// order. A batch takes about a millisecond or more and is measured in CPU time of the thread (CLOCK_THREAD_CPUTIME_ID),
// system calls included, time that other processes took excluded; two batches warm up. Printed for each operation are the
// medians of nanoseconds for one, the median of the rounds' ratios B/A, the control's, and whether B reaches its target.
// A ratio that exceeds its target by less than RESOLUTION cannot be told from it: "level".
// A control far from 1.00 says that the machine was too noisy for the row.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define FUNCTIONS 2000   // lazily bound ones
#define GLOBAL_LIBRARIES 30
#define FRAMES 10
#define RESOLUTION 1.03  // controls of quiet runs differ from 1 by up to this
#define TLS_LOOPS 200000

static const char *directory;

static void fail(const char *what) {
    const char *reason = dlerror();
    fprintf(stderr, "dl: %s: %s\n", what, reason ? reason : "failed");
    exit(1);
}

static double cpu_ns(void) {
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return time.tv_sec * 1e9 + time.tv_nsec;
}

static void *open_library(const char *name, int mode) {
    char path[600];
    snprintf(path, sizeof path, "%s/%s", directory, name);
    void *handle = dlopen(path, mode);
    if (!handle) fail(path);
    return handle;
}

static void *symbol(void *handle, const char *name) {
    void *found = dlsym(handle, name);
    if (!found) fail(name);
    return found;
}

// --- operations: each performs one batch and returns nanoseconds for one operation ------------------------------------------
static double open_and_close(const char *name, int count) {
    double start = cpu_ns();
    for (int i = 0; i < count; i++)
        if (dlclose(open_library(name, RTLD_LAZY))) fail(name);
    return (cpu_ns() - start) / count;
}
static double open_small(void) { return open_and_close("libsmall.so", 100); }
static double open_ten(void) { return open_and_close("libten.so", 15); }

static double open_again(void) {
    void *handle = open_library("libsmall.so", RTLD_LAZY);
    double result = open_and_close("libsmall.so", 2000);
    dlclose(handle);
    return result;
}

static double find(void *handle, const char *format, int count) {
    char names[16][32];
    for (int i = 0; i < 16; i++) snprintf(names[i], sizeof names[i], format, i * 97 % FUNCTIONS);
    double start = cpu_ns();
    for (int i = 0; i < count; i++)
        if (!dlsym(handle, names[i % 16])) fail(names[i % 16]);
    return (cpu_ns() - start) / count;
}
static double dlsym_handle(void) {
    void *handle = open_library("libfunctions.so", RTLD_LAZY);
    double result = find(handle, "bench_function_%d", 10000);
    dlclose(handle);
    return result;
}
static double dlsym_default(void) {
    void *handles[GLOBAL_LIBRARIES];
    char name[32];
    for (int i = 0; i < GLOBAL_LIBRARIES; i++) {
        snprintf(name, sizeof name, "libglobal%d.so", i);
        handles[i] = open_library(name, RTLD_LAZY | RTLD_GLOBAL);
    }
    // from inside a library that is closed again, so that the program does not come to depend on what is found
    double (*inside)(const char *, int) = (double (*)(const char *, int))symbol(handles[GLOBAL_LIBRARIES - 1], "bench_default");
    snprintf(name, sizeof name, "bench_global_%d", GLOBAL_LIBRARIES - 1);
    double result = inside(name, 10000);
    for (int i = GLOBAL_LIBRARIES; i-- > 0;) dlclose(handles[i]);
    return result;
}

static double throw_catch(void) {
    static int (*function)(int, int);
    if (!function) function = (int (*)(int, int))symbol(open_library("libthrow.so", RTLD_NOW), "bench_throw");
    int count = 500;
    double start = cpu_ns();
    if (function(count, FRAMES) != count) fail("throw");
    return (cpu_ns() - start) / count;
}

static double tls(void) {
    static long (*function)(long);
    if (!function) function = (long (*)(long))symbol(open_library("libtls.so", RTLD_NOW), "bench_tls");
    double start = cpu_ns();
    function(TLS_LOOPS);
    return (cpu_ns() - start) / TLS_LOOPS;
}

static double first_call(void) {
    void *handle = open_library("libcaller.so", RTLD_LAZY);
    long (*function)(void) = (long (*)(void))symbol(handle, "bench_call_all");
    double start = cpu_ns();
    long sum = function();
    double result = (cpu_ns() - start) / FUNCTIONS;
    if (sum != (long)FUNCTIONS * (FUNCTIONS - 1) / 2) fail("bench_call_all");
    dlclose(handle);
    return result;
}

static const struct {
    const char *name;
    double (*perform)(void);
    double target;
} operations[] = {
    {"dlopen+dlclose, small library", open_small, 1.0},
    {"dlopen+dlclose, 10 dependencies", open_ten, 1.0},
    {"dlopen+dlclose, already open", open_again, 1.0},
    {"dlsym by handle", dlsym_handle, 0.7},
    {"dlsym RTLD_DEFAULT, 30th library", dlsym_default, 0.7},
    {"throw+catch through 10 frames", throw_catch, 1.0},
    {"__tls_get_addr, dynamic module", tls, 1.0},
    {"first lazy PLT call", first_call, 0.7},
};
#define OPERATIONS (int)(sizeof operations / sizeof *operations)

// --- the measured process ---------------------------------------------------------------------------------------------------
static int work(int in, int out) {
    unsigned char wanted;
    while (read(in, &wanted, 1) == 1) {
        double result = operations[wanted].perform();
        if (write(out, &result, sizeof result) != sizeof result) return 1;
    }
    return 0;
}

// --- the measuring one ---------------------------------------------------------------------------------------------------------
struct worker {
    int to, from;
};

static struct worker start(const char *loader, char **argv) {
    int to[2], from[2];
    if (pipe(to) || pipe(from)) fail("pipe");
    pid_t pid = fork();
    if (pid == 0) {
        char in[12], out[12];
        close(to[1]), close(from[0]);
        snprintf(in, sizeof in, "%d", to[0]);
        snprintf(out, sizeof out, "%d", from[1]);
        execl(loader, loader, argv[0], "--worker", in, out, argv[4], (char *)0);
        _exit(126);
    }
    close(to[0]), close(from[1]);
    return (struct worker){to[1], from[0]};
}

static double ask(struct worker worker, int operation) {
    unsigned char wanted = operation;
    double result;
    if (write(worker.to, &wanted, 1) != 1 || read(worker.from, &result, sizeof result) != sizeof result) {
        fprintf(stderr, "dl: a measured process ended during \"%s\"\n", operations[operation].name);
        exit(1);
    }
    return result;
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
    if (argc == 5 && !strcmp(argv[1], "--worker")) {
        directory = argv[4];
        return work(atoi(argv[2]), atoi(argv[3]));
    }
    if (argc >= 4 && !strcmp(argv[1], "--alone")) {  // for callgrind, perf, strace: dl --alone OPERATION DIRECTORY [BATCHES]
        directory = argv[3];
        for (int batches = argc > 4 ? atoi(argv[4]) : 1; batches > 0; batches--) operations[atoi(argv[2])].perform();
        return 0;
    }
    if (argc < 5) return fprintf(stderr, "usage: dl PAIRS LOADER_A LOADER_B DIRECTORY [OPERATION]\n"), 2;
    int pairs = atoi(argv[1]);
    if (pairs < 1) return fprintf(stderr, "dl: PAIRS must be positive\n"), 2;
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(sched_getcpu(), &one);
    sched_setaffinity(0, sizeof one, &one);
    struct worker workers[3] = {start(argv[2], argv), start(argv[3], argv), start(argv[2], argv)};
    double *ratio = calloc(pairs, sizeof *ratio), *control = calloc(pairs, sizeof *control);
    double *ns[2] = {calloc(pairs, sizeof(double)), calloc(pairs, sizeof(double))};
    printf("%-34s %9s %9s %6s %7s %7s\n", "operation", "ns glibc", "ns luci", "ratio", "control", "target");
    int missed = 0;
    for (int operation = 0; operation < OPERATIONS; operation++) {
        if (argc > 5 && atoi(argv[5]) != operation) continue;
        for (int round = -2; round < pairs; round++) {
            double got[3];
            for (int i = 0; i < 3; i++) {
                int which = round % 2 ? 2 - i : i;
                got[which] = ask(workers[which], operation);
            }
            if (round < 0) continue;
            ratio[round] = got[1] / got[0];
            control[round] = got[2] / got[0];
            ns[0][round] = got[0], ns[1][round] = got[1];
        }
        double middle = median(ratio, pairs), target = operations[operation].target;
        const char *verdict = middle <= target ? "ok" : middle <= target * RESOLUTION ? "ok (level)" : "miss";
        missed += verdict[0] == 'm';
        printf("%-34s %9.1f %9.1f %6.2f %7.2f  <= %.1f  %s\n", operations[operation].name, median(ns[0], pairs), median(ns[1], pairs), middle,
               median(control, pairs), target, verdict);
        fflush(stdout);
    }
    for (int i = 0; i < 3; i++) close(workers[i].to);
    while (wait(NULL) > 0) {}
    if (missed) printf("%d of %d targets missed\n", missed, argc > 5 ? 1 : OPERATIONS);
    return 0;
}
