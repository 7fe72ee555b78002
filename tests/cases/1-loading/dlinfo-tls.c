// dlinfo TLS_MODID and TLS_DATA: nothing without TLS; no block before a thread's first use, then its own; static TLS; the numbers agree.
//#Shared:initial.c
//#Plugin:lib.c
//#Plugin:plain.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>

static void *lib;
static int *(*address)(void);

static void show(const char *what, void *handle) {
    size_t module = 99;
    void *data = (void *)1;
    printf("%s: modid %d", what, dlinfo(handle, RTLD_DI_TLS_MODID, &module));
    printf(" %d, data %d", module != 0, dlinfo(handle, RTLD_DI_TLS_DATA, &data));
    printf(" %s\n", data == NULL ? "none" : data == (void *)1 ? "not written" : "there");
}

static int same(struct dl_phdr_info *info, size_t size, void *out) {
    size_t module = 0;
    dlinfo(lib, RTLD_DI_TLS_MODID, &module);
    if (info->dlpi_tls_modid == module)
        *(void **)out = info->dlpi_tls_data ? info->dlpi_tls_data : (void *)1;
    return 0;
}

static void *run(void *who) {
    void *data, *listed = NULL;
    show("lib, unused", lib);
    dl_iterate_phdr(same, &listed);
    printf("%s: listed %d\n", (char *)who, listed == (void *)1);
    int *value = address();
    show("lib, used", lib);
    dlinfo(lib, RTLD_DI_TLS_DATA, &data);
    dl_iterate_phdr(same, &listed);
    printf("%s: block %d, listed %d, value %d\n", (char *)who, (char *)value - (char *)data < 200, listed == data, (*value)++);
    return NULL;
}

int main(void) {
    lib = dlopen("./liblib.so", RTLD_NOW);
    address = (int *(*)(void))dlsym(lib, "address");
    show("plain", dlopen("./libplain.so", RTLD_NOW));
    show("program", dlopen(NULL, RTLD_NOW));
    show("initial", dlopen("libinitial.so", RTLD_NOW));
    run("main");
    pthread_t thread;
    pthread_create(&thread, NULL, run, "thread");
    pthread_join(thread, NULL);
}
//#File:initial.c
__thread int initial = 1;
//#File:lib.c
static __thread char pad[100];
static __thread int value = 5;
int *address(void) { pad[3]++; return &value; }
//#File:plain.c
int plain;
