// 2,000 symbols with long, short, similar and colliding names: each is found as itself by both kinds of hash table, none that is not there.
//#Prepare:i=0; while [ $i -lt 2000 ]; do printf 'int s%d = %d; ' $i $i; i=$((i+1)); done > many.h; printf 'int a_name_that_is_%s = 5; int aZ = 6; int b9 = 7; int x = 8;\n' $(printf 'very_%.0s' $(seq 1 200)) >> many.h
//#Plugin:gnu.c:-Wl,--hash-style=gnu
//#Plugin:sysv.c:-Wl,--hash-style=sysv
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static void check(const char *file) {
    void *lib = dlopen(file, RTLD_NOW);
    int right = 0, wrong = 0, absent = 0;
    char name[2000];
    for (int i = 0; i < 4000; i++) {
        sprintf(name, "s%d", i);
        int *found = dlsym(lib, name);
        right += found && *found == i;
        wrong += found && *found != i;
        absent += !found;
    }
    printf("%s: %d right, %d wrong, %d absent\n", file, right, wrong, absent);
    strcpy(name, "a_name_that_is_");
    for (int i = 0; i < 200; i++)
        strcat(name, "very_");
    int *found = dlsym(lib, name), *a = dlsym(lib, "aZ"), *b = dlsym(lib, "b9"), *x = dlsym(lib, "x");
    printf("%d %d %d %d\n", *found, *a, *b, *x);
    name[strlen(name) - 1] = 0;
    printf("%d %d\n", dlsym(lib, name) != NULL, dlsym(lib, "") != NULL);
    puts(dlerror());
}

int main(void) {
    check("./libgnu.so");
    check("./libsysv.so");
}
//#File:gnu.c
#include "many.h"
//#File:sysv.c
#include "many.h"
