// _exit in the constructor of an opened library, also in a thread's dlopen while another thread waits for the same lock.
//#Plugin:lib.c
//#Plugin:other.c
//#Flags:-rdynamic
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

sem_t inside;

static void *open_lib(void *unused) { return dlopen("./liblib.so", RTLD_NOW); }

static int child(int with_thread) {
    pid_t pid = fork();
    if (pid == 0) {
        pthread_t thread;
        if (!with_thread)
            open_lib(NULL);
        pthread_create(&thread, NULL, open_lib, NULL);
        sem_wait(&inside);
        for (;;)
            dlclose(dlopen("./libother.so", RTLD_NOW));
    }
    int status;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

int main(void) {
    sem_init(&inside, 0, 0);
    for (int i = 0; i < 20; i++)
        if (child(i % 2) != 33)
            puts("another status");
    puts("all ended");
}
//#File:lib.c
#include <semaphore.h>
#include <stdio.h>
#include <unistd.h>
extern sem_t inside;
__attribute__((constructor)) static void begin(void) {
    puts("lost, for it is buffered");
    sem_post(&inside);
    _exit(33);
}
__attribute__((destructor)) static void end(void) { puts("-lib"); }
//#File:other.c
int other(void) { return 0; }
