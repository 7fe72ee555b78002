// Fifteen namespaces fit beside the program's; one more is refused, and a closed one gives its number to the next.
//#Plugin:lib.c:-nostdlib
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

static Lmid_t number_of(void *handle) {
    Lmid_t number = -5;
    return dlinfo(handle, RTLD_DI_LMID, &number) ? -6 : number;
}

int main(void) {
    void *handles[16];
    int sum = 0;
    for (int i = 0; i < 16; i++) {
        handles[i] = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
        if (handles[i])
            printf("%ld ", number_of(handles[i]));
        else
            printf("\n%s\n", dlerror());
    }
    for (int i = 0; i < 15; i++) {
        int (*add)(int) = dlsym(handles[i], "add");
        for (int times = 0; times <= i; times++)
            sum += add(1);
    }
    // 1 + (1 + 2) + (1 + 2 + 3) + …: each counter is its own
    printf("sum %d\n", sum);
    printf("base %d\n", dlmopen(LM_ID_BASE, "./liblib.so", RTLD_NOW) != NULL);
    dlclose(handles[6]), dlclose(handles[2]), dlclose(handles[14]);
    for (int i = 0; i < 4; i++) {
        void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
        if (handle)
            printf("again %ld, counter %d\n", number_of(handle), ((int (*)(int))dlsym(handle, "add"))(0));
        else
            puts(dlerror());
    }
}
//#File:lib.c
static int counter;
int add(int number) { return counter += number; }
