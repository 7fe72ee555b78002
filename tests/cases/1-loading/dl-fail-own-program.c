// dlopen of the running program by its path: glibc's words, and the program's handle still works.
//#Flags:-rdynamic
//#Plugin:lib.c
#include <dlfcn.h>
#include <stdio.h>

int answer(void) { return 5; }

int main(void) {
    void *self = dlopen(NULL, RTLD_NOW), *other = dlopen("./prog", RTLD_NOW);
    if (other)
        printf("same: %d\n", other == self);
    else
        puts(dlerror());
    printf("%d\n", ((int (*)(void))dlsym(self, "answer"))());
    printf("%d\n", dlopen("./liblib.so", RTLD_NOW) != NULL);
}
//#File:lib.c
int answer(void);
int ask(void) { return answer(); }
