// Closing what is not open: once too often, an initial library that nobody opened, a dependency's link map; the text, and nothing breaks.
//#Shared:initial.c
//#Plugin:base.c
//#Plugin:lib.c:./libbase.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

int initial(void);

static void close_it(const char *what, void *handle) {
    int result = dlclose(handle);
    const char *text = dlerror();
    printf("%s: %d %s\n", what, result, text ? text : "-");
}

int main(void) {
    void *lib = dlopen("./liblib.so", RTLD_NOW), *base = NULL, *first = NULL, *self = dlopen(NULL, RTLD_NOW);
    for (struct link_map *map = self; map; map = map->l_next) {
        base = strstr(map->l_name, "libbase.so") ? map : base;
        first = strstr(map->l_name, "libinitial.so") ? map : first;
    }
    close_it("dependency", base);
    close_it("dependency again", base);
    close_it("initial", first);
    close_it("program", self);
    close_it("program again", self);
    printf("open is the link map: %d\n", dlopen("libbase.so", RTLD_NOW) == base);
    close_it("dependency, opened", base);
    close_it("dependency, closed", base);
    printf("%d %d\n", ((int (*)(void))dlsym(lib, "lib"))(), initial());
    close_it("lib", lib);
    printf("opened initial: %d\n", dlopen("libinitial.so", RTLD_NOW) == first);
    close_it("initial", first);
    close_it("initial again", first);
    printf("%d\n", initial());
}
//#File:initial.c
int initial(void) { return 3; }
//#File:base.c
int base(void) { return 1; }
//#File:lib.c
int base(void);
int lib(void) { return base() + 1; }
