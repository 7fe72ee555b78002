// dlpi_adds and dlpi_subs: one more for each object that comes (with its dependencies) or goes, none for a further reference.
//#Plugin:base.c
//#Plugin:lib.c:./libbase.so
//#Plugin:nodelete.c:-Wl,-z,nodelete
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>

static unsigned long long adds, subs;
static int objects;

static int each(struct dl_phdr_info *info, size_t size, void *unused) {
    objects++;
    adds = info->dlpi_adds, subs = info->dlpi_subs;
    return size != sizeof *info;
}

static void show(const char *what) {
    unsigned long long old_adds = adds, old_subs = subs;
    objects = 0;
    if (dl_iterate_phdr(each, NULL))
        puts("another size");
    printf("%s: +%d -%d, balance %d\n", what, (int)(adds - old_adds), (int)(subs - old_subs), (int)(adds - subs) == objects);
}

int main(void) {
    each(&(struct dl_phdr_info){0}, 0, NULL);
    dl_iterate_phdr(each, NULL);
    show("nothing");
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    show("lib and base");
    void *again = dlopen("./liblib.so", RTLD_NOW | RTLD_GLOBAL), *base = dlopen("libbase.so", RTLD_NOW);
    show("again");
    dlclose(lib), dlclose(again);
    show("lib closed");
    dlclose(base);
    show("base closed");
    dlclose(dlopen("./libnodelete.so", RTLD_NOW));
    show("nodelete");
    dlopen("./none.so", RTLD_NOW);
    show("none");
    dlsym(RTLD_DEFAULT, "printf"), dlclose(dlopen(NULL, RTLD_NOW));
    show("program");
}
//#File:base.c
int base;
//#File:lib.c
int lib;
//#File:nodelete.c
int nodelete;
