// backtrace(), pthread_cancel and an exit by pthread_exit in the child of a fork in which another thread opened libraries: libgcc_s loads.
//#Plugin:lib.c
//#NoOracle:glibc forks in the middle of a change of its tables, some children hang
//#Expect:children: 40, here: 22
#include <dlfcn.h>
#include <execinfo.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static atomic_int stop;
static sem_t opened, blocked;

static void *storm(void *unused) {
    for (int first = 1; !stop; first = 0) {
        dlclose(dlopen("./liblib.so", RTLD_NOW));
        if (first)
            sem_post(&opened);
    }
    return NULL;
}

static void clean(void *number) { *(int *)number += 10; }

static void *block(void *number) {
    int ends[2];
    char byte;
    if (pipe(ends))
        return NULL;
    pthread_cleanup_push(clean, number);
    sem_post(&blocked);
    while (read(ends[0], &byte, 1) >= 0)
        ;
    pthread_cleanup_pop(0);
    return NULL;
}

static void *leave(void *number) {
    pthread_cleanup_push(clean, number);
    pthread_exit(number);
    pthread_cleanup_pop(0);
}

static int in_child(void) {
    void *frames[20], *result;
    pthread_t thread;
    int value = backtrace(frames, 20) > 1;
    pthread_create(&thread, NULL, block, &value);
    sem_wait(&blocked);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    value += result == PTHREAD_CANCELED;
    pthread_create(&thread, NULL, leave, &value);
    pthread_join(thread, &result);
    return value;
}

int main(void) {
    pthread_t thread;
    sem_init(&opened, 0, 0), sem_init(&blocked, 0, 0);
    pthread_create(&thread, NULL, storm, NULL);
    sem_wait(&opened);
    int right = 0;
    for (int i = 0; i < 40; i++) {
        pid_t child = fork();
        if (child == 0)
            alarm(20), _exit(in_child());
        int status;
        waitpid(child, &status, 0);
        right += WIFEXITED(status) && WEXITSTATUS(status) == 22;
    }
    stop = 1;
    pthread_join(thread, NULL);
    printf("children: %d, here: %d\n", right, in_child());
}
//#File:lib.c
int lib;
