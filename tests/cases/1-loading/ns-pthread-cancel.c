// In a namespace pthread_cancel, clean-up handlers and backtrace work: libc opens libgcc_s there.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    printf("%d\n", ((int (*)(void))dlsym(handle, "cancel"))());
    printf("%d\n", ((int (*)(void))dlsym(handle, "depth"))());
    struct link_map *map;
    int there = 0, here = 0;
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    for (; map; map = map->l_next)
        there += strstr(map->l_name, "libgcc_s") != NULL;
    dlinfo(dlopen(NULL, RTLD_NOW), RTLD_DI_LINKMAP, &map);
    for (; map; map = map->l_next)
        here += strstr(map->l_name, "libgcc_s") != NULL;
    printf("libgcc_s here %d, there %d\n", here, there);
}
//#File:lib.c
#include <execinfo.h>
#include <pthread.h>
#include <unistd.h>
static int cleaned, ends[2];
static void clean(void *value) { cleaned = *(int *)value; }
static void *wait(void *value) {
    pthread_cleanup_push(clean, value);
    write(ends[1], "x", 1);
    for (;;)
        pause();
    pthread_cleanup_pop(0);
    return value;
}
int cancel(void) {
    pthread_t thread;
    int value = 9;
    char byte;
    void *result;
    pipe(ends);
    pthread_create(&thread, NULL, wait, &value);
    read(ends[0], &byte, 1);
    pthread_cancel(thread);
    pthread_join(thread, &result);
    return result == PTHREAD_CANCELED ? cleaned : -1;
}
int depth(void) {
    void *addresses[20];
    return backtrace(addresses, 20) > 2;
}
