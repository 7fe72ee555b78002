// _dl_find_object in four threads while others open and close twenty libraries: what stays open is always found, as itself.
//#Requires:glibc>=2.35
//#Plugin:l.c:-nosoname
//#Script:for n in $(seq 1 20); do cp libl.so lib$n.so; done
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>

static atomic_int stop, wrong, looks;
static void *kept, *kept_function;

static void *look(void *unused) {
    void *places[] = {kept_function, dlsym(RTLD_DEFAULT, "getpid")};
    do {
        struct dl_find_object object;
        for (int i = 0; i < 2; i++) {
            int missing = _dl_find_object(places[i], &object) != 0;
            wrong += missing || places[i] < object.dlfo_map_start || places[i] >= object.dlfo_map_end;
            wrong += !missing && i == 0 && object.dlfo_link_map != kept;
        }
        wrong += _dl_find_object(&object, &object) == 0;
        looks++;
    } while (!stop);
    return NULL;
}

static void *open_and_close(void *unused) {
    for (int i = 0; i < 60; i++) {
        void *handles[20];
        for (int n = 1; n < 20; n++) {
            char name[20];
            snprintf(name, sizeof name, "./lib%d.so", n);
            handles[n] = dlopen(name, RTLD_NOW);
            void *function = dlsym(handles[n], "get");
            struct dl_find_object object;
            wrong += _dl_find_object(function, &object) != 0 || object.dlfo_link_map != handles[n];
        }
        for (int n = 1; n < 20; n++)
            dlclose(handles[(n * 7) % 19 + 1]);
    }
    return NULL;
}

int main(void) {
    pthread_t lookers[4], openers[2];
    kept = dlopen("./lib20.so", RTLD_NOW), kept_function = dlsym(kept, "get");
    for (int i = 0; i < 4; i++)
        pthread_create(&lookers[i], NULL, look, NULL);
    for (int i = 0; i < 2; i++)
        pthread_create(&openers[i], NULL, open_and_close, NULL);
    for (int i = 0; i < 2; i++)
        pthread_join(openers[i], NULL);
    stop = 1;
    for (int i = 0; i < 4; i++)
        pthread_join(lookers[i], NULL);
    printf("wrong: %d, looked: %d\n", wrong, looks >= 4);
}
//#File:l.c
int get(void) { return 1; }
