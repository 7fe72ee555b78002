// dl_iterate_phdr in three threads while two others open and close: every walk is whole, names and headers readable, TLS data the own.
//#Prepare:for n in 1 2 3 4; do echo "__thread int value = $n; int get(void) { return value; }" > l$n.c; gcc -O1 -shared -fPIC -o lib$n.so l$n.c; done
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static atomic_int stop, wrong, walks;

struct walk { int objects, programs, libcs; };

static int each(struct dl_phdr_info *info, size_t size, void *out) {
    struct walk *walk = out;
    int loads = 0;
    for (int i = 0; i < info->dlpi_phnum; i++)
        loads += info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_memsz > 0;
    wrong += loads == 0;
    walk->objects++;
    walk->programs += info->dlpi_name[0] == 0;
    walk->libcs += strstr(info->dlpi_name, "libc.so.6") != NULL;
    return 0;
}

static void *walk(void *unused) {
    do {
        struct walk walk = {0};
        dl_iterate_phdr(each, &walk);
        wrong += walk.programs != 1 || walk.libcs != 1 || walk.objects < 3 || walk.objects > 10;
        walks++;
    } while (!stop);
    return NULL;
}

static void *open_and_close(void *number) {
    for (int i = 0; i < 500; i++) {
        char name[20];
        snprintf(name, sizeof name, "./lib%d.so", (i + (int)(long)number) % 4 + 1);
        void *handle = dlopen(name, RTLD_NOW);
        wrong += ((int (*)(void))dlsym(handle, "get"))() != (i + (int)(long)number) % 4 + 1;
        dlclose(handle);
    }
    return NULL;
}

int main(void) {
    pthread_t walkers[3], openers[2];
    for (int i = 0; i < 3; i++)
        pthread_create(&walkers[i], NULL, walk, NULL);
    for (long i = 0; i < 2; i++)
        pthread_create(&openers[i], NULL, open_and_close, (void *)i);
    for (int i = 0; i < 2; i++)
        pthread_join(openers[i], NULL);
    stop = 1;
    for (int i = 0; i < 3; i++)
        pthread_join(walkers[i], NULL);
    printf("wrong: %d, walked: %d\n", wrong, walks >= 3);
}
