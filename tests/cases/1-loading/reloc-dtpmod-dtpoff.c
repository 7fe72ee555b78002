// R_X86_64_DTPMOD64 and R_X86_64_DTPOFF64: general dynamic access to a thread-local variable of another library.
//#Shared:data.c
//#Shared:lib.c:./libdata.so
//#Script:readelf -rW liblib.so | grep -q 'R_X86_64_DTPMOD64 .*counter'; readelf -rW liblib.so | grep -q 'R_X86_64_DTPOFF64 .*counter'
//#Expect:100 101
//#Expect:thread 100 101
//#Expect:102
#include <pthread.h>
#include <stdio.h>

int next(void);

static void *run(void *unused) {
    int first = next(), second = next();
    printf("thread %d %d\n", first, second);
    return NULL;
}

int main(void) {
    int first = next(), second = next();
    printf("%d %d\n", first, second);
    pthread_t thread;
    pthread_create(&thread, NULL, run, NULL);
    pthread_join(thread, NULL);
    printf("%d\n", next());
}
//#File:lib.c
extern __thread int counter;
int next(void) { return counter++; }
//#File:data.c
__thread int padding = 1;
__thread int counter = 100;
