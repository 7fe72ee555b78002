// fork while another thread is inside dlopen (its constructor waits for us): the child opens, asks and closes other libraries and ends.
//#Plugin:slow.c
//#Plugin:other.c
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

sem_t inside, go;

static void *open_slow(void *unused) { return dlopen("./libslow.so", RTLD_NOW); }

static int in_child(void) {
    void *other = dlopen("./libother.so", RTLD_NOW);
    int value = other ? ((int (*)(void))dlsym(other, "other"))() : 100;
    value += dlsym(RTLD_DEFAULT, "inside") == &inside ? 1 : 100;
    value += dlclose(other) ? 100 : 1;
    value += dlopen("./libother.so", RTLD_NOW | RTLD_NOLOAD) ? 100 : 1;
    return value;
}

int main(void) {
    pthread_t thread;
    void *slow;
    int status;
    sem_init(&inside, 0, 0), sem_init(&go, 0, 0);
    pthread_create(&thread, NULL, open_slow, NULL);
    sem_wait(&inside);
    for (int i = 0; i < 5; i++) {
        pid_t child = fork();
        if (child == 0)
            _exit(in_child());
        waitpid(child, &status, 0);
        printf("child: %d %d\n", WIFEXITED(status), WEXITSTATUS(status));
    }
    sem_post(&go);
    pthread_join(thread, &slow);
    printf("opened: %d\n", ((int (*)(void))dlsym(slow, "slow"))());
    printf("parent: %d\n", in_child());
}
//#File:slow.c
#include <semaphore.h>
extern sem_t inside, go;
static int ready;
int slow(void) { return ready; }
__attribute__((constructor)) static void begin(void) {
    sem_post(&inside);
    sem_wait(&go);
    ready = 1;
}
//#File:other.c
static __thread int value = 7;
int other(void) { return value; }
