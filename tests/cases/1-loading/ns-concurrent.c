// Four threads open namespaces at the same time, call into them and close them: every open has fresh data, no number is left taken.
//#Plugin:dependency.c:-nostdlib
//#Plugin:lib.c:-nostdlib ./libdependency.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static void *run(void *unused) {
    long wrong = 0;
    for (int i = 0; i < 60; i++) {
        void *handles[3];
        int (*add[3])(int);
        for (int k = 0; k < 3; k++) {
            if (!(handles[k] = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW)))
                return (void *)10000;
            add[k] = dlsym(handles[k], "add");
        }
        for (int k = 0; k < 3; k++)
            wrong += add[k](1) != 51 || add[k](k) != 51 + k;
        for (int k = 0; k < 3; k++)
            wrong += dlclose(handles[k]) != 0;
    }
    return (void *)wrong;
}

int main(void) {
    pthread_t threads[4];
    void *wrong;
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, run, NULL);
    for (int i = 0; i < 4; i++) {
        pthread_join(threads[i], &wrong);
        printf("wrong %ld\n", (long)wrong);
    }
    Lmid_t number = -1;
    dlinfo(dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW), RTLD_DI_LMID, &number);
    printf("the next is %ld\n", number);
}
//#File:dependency.c
int counter = 50;
//#File:lib.c
extern int counter;
int add(int number) { return counter += number; }
