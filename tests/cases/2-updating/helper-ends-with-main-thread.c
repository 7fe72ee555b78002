// With updates on, pthread_exit of the last thread ends the process, with status 0.
//#Env:LD_DYNAMIC_UPDATE=1
//#Expect:thread
//#Exit:0
#include <pthread.h>
#include <stdio.h>

static void *run(void *unused) { puts("thread"); return NULL; }

int main(void) {
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_exit(NULL);
}
