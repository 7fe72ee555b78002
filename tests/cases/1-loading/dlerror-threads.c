// dlerror: the last failure of this thread alone, told once; a later success clears it, a later failure replaces it, many threads at once.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static atomic_int wrong;

static const char *text(void) {
    const char *message = dlerror();
    return message ? message : "(none)";
}

static void *storm(void *number) {
    char name[40], expected[100];
    for (int i = 0; i < 300; i++) {
        snprintf(name, sizeof name, "./none-%ld-%d.so", (long)number, i);
        snprintf(expected, sizeof expected, "%s: cannot open shared object file: No such file or directory", name);
        wrong += dlopen(name, RTLD_NOW) != NULL;
        wrong += strcmp(text(), expected) != 0;
        wrong += strcmp(text(), "(none)") != 0;
    }
    return NULL;
}

int main(void) {
    printf("at the start: %s\n", text());
    dlopen("./missing.so", RTLD_NOW);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    printf("a success later: %s\n", text());
    dlopen("./missing.so", RTLD_NOW);
    dlsym(lib, "nothing");
    printf("the last of two: %s\n", text());
    dlsym(lib, "nothing");
    dlsym(lib, "something");
    dlclose(dlopen("./liblib.so", RTLD_NOW));
    printf("after dlsym and dlclose: %s\n", text());
    dlvsym(lib, "something", "V5");
    printf("version: %s\n", text());
    Dl_info info;
    printf("dladdr sets none: %d, %s\n", dladdr((void *)1, &info), text());
    char *first = dlopen("./missing.so", RTLD_NOW) ? NULL : dlerror();
    printf("kept until the next call: %s\n", first);
    pthread_t threads[8];
    for (long i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, storm, (void *)i);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    printf("wrong: %d, here: %s\n", wrong, text());
}
//#File:lib.c
int something;
