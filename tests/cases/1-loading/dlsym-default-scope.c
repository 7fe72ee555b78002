// RTLD_DEFAULT is the caller's scope: from a LOCAL library the global list first, then its own group; from the program only the list.
//#Plugin:helper.c
//#Plugin:lib.c:./libhelper.so
//#Plugin:global.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

static void *lib;

static void show(const char *when) {
    static const char *names[] = {"in_lib", "in_helper", "in_helper_and_global", "in_global"};
    void *(*find)(const char *) = (void *(*)(const char *))dlsym(lib, "find");
    for (int i = 0; i < 4; i++) {
        const char **mine = dlsym(RTLD_DEFAULT, names[i]), **its = find(names[i]);
        printf("%s, %s: program %s, lib %s\n", when, names[i], mine ? *mine : "-", its ? *its : "-");
    }
}

int main(void) {
    lib = dlopen("./liblib.so", RTLD_NOW);
    show("local");
    dlopen("./libglobal.so", RTLD_NOW | RTLD_GLOBAL);
    show("with a global one");
    dlopen("./liblib.so", RTLD_NOW | RTLD_GLOBAL);
    show("promoted");
}
//#File:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
const char *in_lib = "lib";
void *find(const char *name) { void *found = dlsym(RTLD_DEFAULT, name); return found; }
//#File:helper.c
const char *in_helper = "helper", *in_helper_and_global = "helper";
//#File:global.c
const char *in_helper_and_global = "global", *in_global = "global";
