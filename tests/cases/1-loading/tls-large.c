// TLS segments of a megabyte in program and library.
//#Shared:lib.c
#include <pthread.h>
#include <stdio.h>

static __thread char big[1 << 20];
static __thread int mark = 3;
char *library_big(void);

static void *show(void *unused) {
    char *other = library_big();
    big[sizeof big - 1]++;
    other[(1 << 20) - 1]++;
    printf("%d %d %d %d\n", big[0], big[sizeof big - 1], other[(1 << 20) - 1], mark);
    return NULL;
}

int main(void) {
    show(NULL);
    pthread_t thread;
    pthread_create(&thread, NULL, show, NULL);
    pthread_join(thread, NULL);
    show(NULL);
}
//#File:lib.c
__thread char big_[1 << 20] = {1};
char *library_big(void) { return big_; }
