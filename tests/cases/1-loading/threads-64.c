// Sixty-four threads, each with TLS of program, library and libc (errno), and a mutex between them.
//#Shared:lib.c
//#Expect:64 threads, total 2080, errors 0
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

int library_add(int);
static __thread int own = 1;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static int total, errors;

static void *run(void *argument) {
    int number = (int)(long)argument;
    own += number;
    errno = number;
    pthread_barrier_wait(&barrier);
    int wrong = errno != number || own != number + 1;
    for (int i = 0; i < 1000; i++)
        library_add(1);
    wrong |= library_add(0) != 1000;
    pthread_mutex_lock(&mutex);
    total += number;
    errors += wrong;
    pthread_mutex_unlock(&mutex);
    return NULL;
}

int main(void) {
    pthread_t threads[64];
    pthread_barrier_init(&barrier, NULL, 64);
    for (long i = 0; i < 64; i++)
        pthread_create(&threads[i], NULL, run, (void *)(i + 1));
    for (int i = 0; i < 64; i++)
        pthread_join(threads[i], NULL);
    printf("64 threads, total %d, errors %d\n", total, errors);
}
//#File:lib.c
__thread int sum;
int library_add(int n) { return sum += n; }
