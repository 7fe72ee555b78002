// Two threads open one library whose constructor takes its time: the second one's dlopen does not return before it is constructed.
//#Plugin:lib.c
//#Plugin:user.c:./liblib.so
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

sem_t in_constructor;
atomic_int second, returned;

static void *open_second(void *name) {
    sem_wait(&in_constructor);
    second = gettid();
    void *handle = dlopen(name, RTLD_NOW);
    returned = 1;
    printf("second sees it constructed: %d\n", ((int (*)(void))dlsym(handle, "is_ready"))());
    return handle;
}

static void round_of(const char *first, char *other) {
    pthread_t thread;
    void *handle, *again;
    second = returned = 0;
    pthread_create(&thread, NULL, open_second, other);
    handle = dlopen(first, RTLD_NOW);
    pthread_join(thread, &again);
    printf("first sees it constructed: %d\n", ((int (*)(void))dlsym(handle, "is_ready"))());
    dlclose(handle), dlclose(again);
}

int main(void) {
    sem_init(&in_constructor, 0, 0);
    round_of("./liblib.so", "./liblib.so");
    round_of("./libuser.so", "./liblib.so");
    round_of("./liblib.so", "./libuser.so");
}
//#File:lib.c
#include <semaphore.h>
#include <stdatomic.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
extern sem_t in_constructor;
extern atomic_int second, returned;
static atomic_int ready;
int is_ready(void) { return ready; }
// Until the second thread waits inside dlopen, or is back from it.
__attribute__((constructor)) static void begin(void) {
    char path[100], line[300] = "";
    sem_post(&in_constructor);
    while (!second)
        sched_yield();
    snprintf(path, sizeof path, "/proc/self/task/%d/stat", second);
    for (int seen = 0; seen < 50 && !returned; sched_yield()) {
        FILE *file = fopen(path, "r");
        char *state = file && fgets(line, sizeof line, file) ? strrchr(line, ')') : NULL;
        seen += state && state[2] == 'S';
        if (file)
            fclose(file);
    }
    ready = 1;
}
//#File:user.c
int is_ready(void);
int user(void) { return is_ready(); }
