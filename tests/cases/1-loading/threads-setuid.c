// setuid in one thread changes the credentials of all of them.
//#Requires:root
//#Expect:main 1234, other 1234
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_barrier_t barrier;
static long other;

static void *run(void *unused) {
    pthread_barrier_wait(&barrier);
    pthread_barrier_wait(&barrier);
    other = syscall(SYS_geteuid);
    return NULL;
}

int main(void) {
    pthread_t thread;
    pthread_barrier_init(&barrier, NULL, 2);
    pthread_create(&thread, NULL, run, NULL);
    pthread_barrier_wait(&barrier);
    if (setuid(1234))
        return 1;
    pthread_barrier_wait(&barrier);
    pthread_join(thread, NULL);
    printf("main %ld, other %ld\n", syscall(SYS_geteuid), other);
}
