// A second libc makes threads: with its errno, thread-specific data and destructors, mutex, condition, and a thread that ends by
// pthread_exit; threads of the program call into the namespace too.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int (*count)(int);

static void *call(void *unused) {
    for (int i = 0; i < 1000; i++)
        count(1);
    return unused;
}

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    int (*work)(int) = dlsym(handle, "work"), (*destroyed)(void) = dlsym(handle, "destroyed");
    count = dlsym(handle, "count");
    printf("%d\n", work(1));
    printf("%d\n", work(8));
    printf("destroyed %d\n", destroyed());
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, call, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    printf("%d %d\n", count(0), destroyed());
    printf("%d\n", dlclose(handle));
}
//#File:lib.c
#include <errno.h>
#include <pthread.h>
#include <unistd.h>
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static pthread_key_t key;
static int counter, started, gone, limit;
static void destroy(void *value) { gone += *(int *)value == 3; }
int count(int add) {
    pthread_mutex_lock(&mutex);
    int now = counter += add;
    pthread_mutex_unlock(&mutex);
    return now;
}
static void *run(void *index) {
    static int three = 3;
    pthread_mutex_lock(&mutex);
    pthread_setspecific(key, &three);
    started++;
    pthread_cond_broadcast(&changed);
    while (started < limit)
        pthread_cond_wait(&changed, &mutex);
    pthread_mutex_unlock(&mutex);
    errno = 0;
    close(-1);
    if (errno != EBADF)
        return NULL;
    // in one thread only: the program's libc knows of no thread and does not lock what loads libgcc_s
    if ((long)index == 7)
        pthread_exit((void *)(long)1);
    return (void *)(long)1;
}
int work(int number) {
    pthread_t threads[16];
    long sum = 0;
    started = 0, limit = number;
    if (!key)
        pthread_key_create(&key, destroy);
    for (long i = 0; i < number; i++)
        if (pthread_create(&threads[i], NULL, run, (void *)i))
            return -1;
    for (int i = 0; i < number; i++) {
        void *result;
        pthread_join(threads[i], &result);
        sum += (long)result;
    }
    return sum;
}
int destroyed(void) { return gone; }
