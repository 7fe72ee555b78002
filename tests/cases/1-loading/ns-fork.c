// fork with namespaces open: the child calls into them, opens and closes others; fork by the namespace's libc too, with its own
// atfork handlers.
//#Oracle:glibc>=2.36 2.31's child crashes
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    int (*work)(void) = dlsym(handle, "work"), (*forks)(void (*)(void)) = dlsym(handle, "forks");
    int status;
    work();
    pid_t child = fork();
    if (!child) {
        int first = work();
        void *other = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
        int second = ((int (*)(void))dlsym(other, "work"))();
        dprintf(1, "child: %d %d %d %d\n", first, second, dlclose(other), dlclose(handle));
        _exit(5);
    }
    waitpid(child, &status, 0);
    dprintf(1, "%d\n", WEXITSTATUS(status));
    dprintf(1, "%d\n", forks(NULL));
    dprintf(1, "%d\n", work());
}
//#File:lib.c
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
static int counter;
int work(void) {
    char *copy = strdup("text");
    free(copy);
    return ++counter;
}
static void before(void) { dprintf(1, "prepare\n"); }
static void parent(void) { counter += 100; }
static void child(void) { dprintf(1, "in the child %d\n", counter); }
static void *idle(void *unused) { return unused; }
int forks(void (*unused)(void)) {
    int status;
    pthread_atfork(before, parent, child);
    pid_t process = fork();
    if (!process) {
        pthread_t thread;
        pthread_create(&thread, NULL, idle, NULL);
        pthread_join(thread, NULL);
        _exit(work());
    }
    waitpid(process, &status, 0);
    return WEXITSTATUS(status);
}
