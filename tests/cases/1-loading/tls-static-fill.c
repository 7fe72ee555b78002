// The surplus of static TLS is filled by small libraries until one is refused; closing one makes room for exactly that one.
//#Plugin:s.c:-nosoname -ftls-model=initial-exec
//#Script:for n in $(seq 1 60); do cp libs.so libs$n.so; done
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static void *open_it(int n) {
    char name[20];
    snprintf(name, sizeof name, "./libs%d.so", n);
    return dlopen(name, RTLD_NOW);
}

static int get(void *lib) { return (*((int *(*)(void))dlsym(lib, "get"))())++; }

int main(void) {
    void *handles[61] = {0};
    int count = 0, right = 0;
    while (count < 60 && (handles[count + 1] = open_it(count + 1)))
        count++;
    printf("some fit: %d, not all: %d\n", count >= 4, count < 60);
    printf("%s\n", strstr(dlerror(), "cannot allocate memory in static TLS block") ? "refused" : "another reason");
    for (int i = 1; i <= count; i++)
        right += get(handles[i]) == 5;
    printf("all have their values: %d\n", right == count);
    printf("still no room: %d\n", open_it(count + 1) == NULL);
    dlclose(handles[count]);
    void *next = open_it(count + 1);
    printf("room again: %d\n", next ? get(next) == 5 : -1);
    printf("and no more: %d\n", open_it(count) == NULL);
    right = 0;
    for (int i = 1; i < count; i++)
        right += get(handles[i]) == 6;
    printf("the others are as they were: %d\n", right == count - 1);
}
//#File:s.c
__thread int v[32] = {5};
int *get(void) { return v; }
