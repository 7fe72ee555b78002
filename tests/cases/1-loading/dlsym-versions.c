// dlsym and dlvsym with versions: default, hidden, both, only hidden ones, of a dependency, a version nobody defines; the texts.
//#Plugin:base.c:-Wl,--version-script=base.map
//#Plugin:lib.c:-Wl,--version-script=lib.map ./libbase.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

static void *lib;

static void show(const char *name, const char *version) {
    int (*function)(void) = (int (*)(void))(version ? dlvsym(lib, name, version) : dlsym(lib, name));
    printf("%s@%s: ", name, version ? version : "");
    function ? printf("%d\n", function()) : puts(dlerror());
}

int main(void) {
    static const char *names[] = {"two", "hidden", "hidden_twice", "of_base", "unversioned", "nothing"};
    static const char *versions[] = {NULL, "V1", "V2", "BASE", "V3"};
    lib = dlopen("./liblib.so", RTLD_NOW);
    for (int name = 0; name < 6; name++)
        for (int version = 0; version < 5; version++)
            show(names[name], versions[version]);
}
//#File:lib.c
__asm__(".symver two1, two@V1\n.symver two2, two@@V2\n.symver hidden1, hidden@V1\n.symver twice1, hidden_twice@V1\n.symver twice2, hidden_twice@V2");
int two1(void) { return 1; }
int two2(void) { return 2; }
int hidden1(void) { return 11; }
int twice1(void) { return 21; }
int twice2(void) { return 22; }
//#File:lib.map
V1 { };
V2 { local: two1; two2; hidden1; twice1; twice2; } V1;
//#File:base.c
int of_base(void) { return 31; }
int unversioned(void) { return 32; }
//#File:base.map
BASE { global: of_base; };
