// A plugin that needs libraries the program started with: they are not loaded or constructed again, found by its handle, and stay.
//#Shared:base.c
//#Shared:middle.c:./libbase.so
//#Plugin:own.c:./libbase.so
//#Plugin:plugin.c:./libmiddle.so ./libown.so
//#Flags:-Wl,-rpath-link,.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

extern int counter;

int main(void) {
    for (int round = 0; round < 2; round++) {
        void *plugin = dlopen("./libplugin.so", RTLD_NOW);
        if (!plugin)
            return puts(dlerror()), 1;
        int (*bump)(void) = (int (*)(void))dlsym(plugin, "bump");
        int bumped = bump();
        printf("bump %d, program sees %d\n", bumped, counter);
        printf("middle through the plugin: %d\n", dlsym(plugin, "middle") == dlsym(RTLD_DEFAULT, "middle"));
        printf("own is local: %d\n", dlsym(RTLD_DEFAULT, "own") == NULL);
        dlclose(plugin);
        puts("closed");
    }
    void *base = dlopen("libbase.so", RTLD_NOW | RTLD_NOLOAD);
    printf("base still there: %d, close %d\n", base != NULL, dlclose(base));
    printf("and still: %d\n", dlopen("libbase.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
}
//#File:base.c
#include <stdio.h>
int counter;
__attribute__((constructor)) static void begin(void) { puts("+base"); }
__attribute__((destructor)) static void end(void) { puts("-base"); }
//#File:middle.c
#include <stdio.h>
extern int counter;
int middle(void) { return counter; }
__attribute__((constructor)) static void begin(void) { puts("+middle"); }
__attribute__((destructor)) static void end(void) { puts("-middle"); }
//#File:own.c
#include <stdio.h>
extern int counter;
int own(void) { return ++counter; }
__attribute__((constructor)) static void begin(void) { puts("+own"); }
__attribute__((destructor)) static void end(void) { puts("-own"); }
//#File:plugin.c
#include <stdio.h>
int own(void), middle(void);
int bump(void) { return own() * 10 + middle(); }
__attribute__((constructor)) static void begin(void) { puts("+plugin"); }
__attribute__((destructor)) static void end(void) { puts("-plugin"); }
