// glibc.rtld.nns makes room in static TLS for as many libcs: with 16, every namespace gets one.
//#Plugin:lib.c
//#Env:GLIBC_TUNABLES=glibc.rtld.nns=16
//#Requires:glibc>=2.33
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>

int main(void) {
    int count = 0;
    void *handle, *handles[20];
    while ((handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW)))
        handles[count++] = handle;
    printf("%d\n%s\n", count, dlerror());
    int *places[20], wrong = 0;
    for (int i = 0; i < count; i++)
        *(places[i] = ((int *(*)(void))dlsym(handles[i], "error"))()) = 100 + i;
    for (int i = 0; i < count; i++)
        wrong += *places[i] != 100 + i;
    printf("wrong %d\n", wrong);
}
//#File:lib.c
#include <errno.h>
int *error(void) { return &errno; }
