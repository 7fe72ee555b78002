// R_X86_64_TPOFF64: initial-exec access, from the library to its own and from the program to the library's variable.
//#Shared:lib.c:-ftls-model=initial-exec
//#Script:readelf -rW liblib.so | grep -q R_X86_64_TPOFF64; readelf -rW prog | grep -q 'R_X86_64_TPOFF64 .*shared'
//#Expect:5 6
//#Expect:thread 5
#include <pthread.h>
#include <stdio.h>

extern __thread int shared;
int get(void);

static void *run(void *unused) {
    printf("thread %d\n", get());
    return NULL;
}

int main(void) {
    int before = get();
    shared++;
    printf("%d %d\n", before, get());
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
}
//#File:lib.c
__thread int shared = 5;
int get(void) { return shared; }
