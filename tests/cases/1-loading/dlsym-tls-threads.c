// dlsym of thread-local variables (of an opened, an initial library, the program) in several threads: each gets its own, and the same again.
//#Shared:initial.c
//#Plugin:lib.c
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

__thread int of_program = 1;
extern __thread int of_initial;
static void *lib;
static sem_t printed, end;
static int *seen[3][3];

static void *run(void *number) {
    int me = (int)(long)number;
    int *found[] = {dlsym(RTLD_DEFAULT, "of_program"), dlsym(RTLD_DEFAULT, "of_initial"), dlsym(lib, "of_lib")};
    for (int i = 0; i < 3; i++) {
        seen[me][i] = found[i];
        *found[i] += 10 * me;
    }
    printf("%d: %d %d %d, same %d %d %d\n", me, of_program, of_initial, ((int (*)(void))dlsym(lib, "get"))(),
           found[0] == &of_program && found[0] == dlsym(RTLD_DEFAULT, "of_program"), found[1] == &of_initial, found[2] == dlsym(lib, "of_lib"));
    if (me) {
        sem_post(&printed);
        sem_wait(&end);
    }
    return NULL;
}

int main(void) {
    pthread_t threads[3];
    lib = dlopen("./liblib.so", RTLD_NOW);
    sem_init(&printed, 0, 0), sem_init(&end, 0, 0);
    run(NULL);
    // the first still lives when the second looks
    for (long i = 1; i < 3; i++) {
        pthread_create(&threads[i], NULL, run, (void *)i);
        sem_wait(&printed);
    }
    sem_post(&end), sem_post(&end);
    for (int i = 1; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < 3; i++)
        printf("different: %d\n", seen[0][i] != seen[1][i] && seen[1][i] != seen[2][i] && seen[0][i] != seen[2][i]);
}
//#File:initial.c
__thread int of_initial = 2;
//#File:lib.c
__thread int of_lib = 3;
int get(void) { return of_lib; }
