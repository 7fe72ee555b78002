// 300 forks while three threads open and close all the time: every child can use the whole interface and ends; the parent loses nothing.
// The libraries have no crtbegin.o, whose __cxa_finalize would wait in a child for a lock of libc's that another thread had.
//#Requires:glibc>=2.36
//#Prepare:for n in 1 2 3 4; do echo "__thread int value = $n; int get(void) { return value; }" > l$n.c; gcc -O1 -shared -fPIC -nostartfiles -o lib$n.so l$n.c; done
//#NoOracle:glibc forks in the middle of a change of its tables, some children assert or hang
//#Expect:children: 300, wrong in the parent: 0
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_int stop, wrong;

static int each(struct dl_phdr_info *info, size_t size, void *count) { return ++*(int *)count, 0; }

static int use(int n) {
    char name[20];
    snprintf(name, sizeof name, "./lib%d.so", n);
    void *lib = dlopen(name, RTLD_NOW);
    int (*get)(void) = lib ? (int (*)(void))dlsym(lib, "get") : NULL;
    int value = get ? get() : -1;
    return lib && dlclose(lib) == 0 && value == n;
}

static void *storm(void *number) {
    for (int i = (int)(long)number; !stop; i++)
        wrong += !use(i % 4 + 1);
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    int ended = 0;
    for (long i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, storm, (void *)i);
    for (int i = 0; i < 300; i++) {
        pid_t child = fork();
        if (child == 0) {
            int count = 0;
            alarm(30);
            dl_iterate_phdr(each, &count);
            _exit(use(i % 4 + 1) && use((i + 1) % 4 + 1) && count > 2 ? 5 : 6);
        }
        int status;
        waitpid(child, &status, 0);
        ended += WIFEXITED(status) && WEXITSTATUS(status) == 5;
    }
    stop = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    printf("children: %d, wrong in the parent: %d\n", ended, wrong);
}
