// fork in a thread while others run: handlers, the child's own thread id, and a thread inside the child.
//#Expect:prepare
//#Expect:parent
//#Expect:child's status 9
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static __thread int own = 4;
static pthread_barrier_t barrier;

static void prepare(void) { puts("prepare"); fflush(stdout); }
static void parent(void) { puts("parent"); }
static void *add(void *value) { *(int *)value += 5; return NULL; }
static void *wait_twice(void *unused) {
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    return NULL;
}

static void *run(void *unused) {
    pid_t child = fork();
    if (child == 0) {
        int value = own;
        pthread_t thread;
        pthread_create(&thread, NULL, add, &value);
        pthread_join(thread, NULL);
        _exit(value);
    }
    int status;
    waitpid(child, &status, 0);
    printf("child's status %d\n", WEXITSTATUS(status));
    return NULL;
}

int main(void) {
    pthread_t other, thread;
    pthread_atfork(prepare, parent, NULL);
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&other, NULL, wait_twice, NULL);
    pthread_barrier_wait(&barrier);
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    pthread_barrier_wait(&barrier);
    pthread_join(other, NULL);
}
