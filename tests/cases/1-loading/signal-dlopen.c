// dlopen, dlsym, dlerror and dlclose in a signal handler of a thread that holds nothing, synchronous and sent by another thread.
//#Plugin:lib.c
//#Plugin:other.c
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t calls, wrong;
static sem_t ready, handled;

static void handler(int number) {
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    int *(*get)(void) = (int *(*)(void))dlsym(lib, "get");
    wrong += (*get())++ != 5;
    wrong += dlsym(lib, "nothing") != NULL || dlerror() == NULL;
    wrong += dlclose(lib) != 0;
    calls++;
    sem_post(&handled);
}

static void *wait_for_signals(void *unused) {
    sigset_t none;
    sigemptyset(&none);
    sem_post(&ready);
    while (calls < 30)
        sigsuspend(&none);
    return NULL;
}

int main(void) {
    struct sigaction action = {.sa_handler = handler};
    sigset_t set;
    pthread_t thread;
    sem_init(&ready, 0, 0), sem_init(&handled, 0, 0);
    sigaction(SIGUSR1, &action, NULL);
    for (int i = 0; i < 10; i++) {
        raise(SIGUSR1);
        sem_wait(&handled);
    }
    printf("raised: %d, wrong: %d\n", (int)calls, (int)wrong);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_create(&thread, NULL, wait_for_signals, NULL);
    sem_wait(&ready);
    for (int i = 0; i < 20; i++) {
        pthread_kill(thread, SIGUSR1);
        void *other = dlopen("./libother.so", RTLD_NOW);
        wrong += ((int (*)(void))dlsym(other, "other"))() != 9;
        dlclose(other);
        sem_wait(&handled);
    }
    pthread_join(thread, NULL);
    printf("sent: %d, wrong: %d\n", (int)calls, (int)wrong);
}
//#File:lib.c
static __thread int value = 5;
int *get(void) { return &value; }
//#File:other.c
int other(void) { return 9; }
