// dl_iterate_phdr in a process that shares the memory and the thread's control block of one that is inside a callback: the
// leak check of the sanitizers walks the list so, while the thread that holds its lock is stopped.
#define _GNU_SOURCE
#include <link.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

static char stack[1 << 16] __attribute__((aligned(64)));
static int inner, outer;

static int count(struct dl_phdr_info *info, size_t size, void *counter) {
    (void)info, (void)size;
    ++*(int *)counter;
    return 0;
}

static int tracer(void *unused) {
    (void)unused;
    dl_iterate_phdr(count, &inner);
    return 0;
}

static int once(struct dl_phdr_info *info, size_t size, void *unused) {
    (void)info, (void)size, (void)unused;
    int status = 0;
    int child = clone(tracer, stack + sizeof stack, CLONE_VM | CLONE_FS | CLONE_FILES | SIGCHLD, NULL);
    waitpid(child, &status, 0);
    printf("child %d\n", status);
    return 1;
}

int main(void) {
    dl_iterate_phdr(once, NULL);
    dl_iterate_phdr(count, &outer);
    printf("%d\n", inner == outer && outer > 2);
}
