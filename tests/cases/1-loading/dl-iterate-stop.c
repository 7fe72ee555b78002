// dl_iterate_phdr ends at the first result that is not 0 and returns it; a jump out of it does not disturb the thread that jumped.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdio.h>

static int left, result;
static jmp_buf out;

static int stop(struct dl_phdr_info *info, size_t size, void *unused) { return --left == 0 ? result : 0; }
static int all(struct dl_phdr_info *info, size_t size, void *count) { return ++*(int *)count, 0; }
static int jump(struct dl_phdr_info *info, size_t size, void *unused) { longjmp(out, 1); }

static void *other_thread(void *unused) {
    int count = 0;
    dl_iterate_phdr(all, &count);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    printf("another thread: %d, opened %d\n", count > 2, lib != NULL);
    return lib;
}

int main(void) {
    int total = 0;
    dl_iterate_phdr(all, &total);
    printf("size is right: %d\n", total > 2);
    for (int i = 1; i <= 3; i++) {
        left = i, result = i == 2 ? -7 : i * 100;
        printf("stopped: %d", dl_iterate_phdr(stop, NULL));
        printf(", calls left %d\n", left);
    }
    left = -1;
    printf("never: %d\n", dl_iterate_phdr(stop, NULL));
    pthread_t thread;
    pthread_create(&thread, NULL, other_thread, NULL);
    pthread_join(thread, NULL);
    if (!setjmp(out))
        dl_iterate_phdr(jump, NULL);
    printf("jumped out, this thread still can: %d\n", dl_iterate_phdr(all, &total));
}
//#File:lib.c
int lib;
