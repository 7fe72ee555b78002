// A LOCAL library opened again with RTLD_GLOBAL becomes global with its dependencies, behind what was global before.
//#Plugin:dependency.c
//#Plugin:lib.c:./libdependency.so
//#Plugin:first.c
//#Plugin:user.c
#include <dlfcn.h>
#include <stdio.h>

static void *self;

static void show(const char *when) {
    static const char *names[] = {"in_lib", "in_dependency", "in_both"};
    printf("%s:", when);
    for (int i = 0; i < 3; i++) {
        int (*function)(void) = (int (*)(void))dlsym(self, names[i]);
        printf(" %d", function ? function() : -1);
    }
    puts("");
}

int main(void) {
    self = dlopen(NULL, RTLD_NOW);
    void *lib = dlopen("./liblib.so", RTLD_NOW | RTLD_LOCAL);
    show("local");
    printf("user: %d\n", dlopen("./libuser.so", RTLD_NOW) != NULL);
    void *first = dlopen("./libfirst.so", RTLD_NOW | RTLD_GLOBAL);
    show("first");
    printf("same: %d\n", dlopen("./liblib.so", RTLD_NOW | RTLD_GLOBAL) == lib);
    show("global");
    dlopen("./liblib.so", RTLD_NOW | RTLD_LOCAL);
    show("stays global");
    void *user = dlopen("./libuser.so", RTLD_NOW);
    printf("user: %d\n", user ? ((int (*)(void))dlsym(user, "use"))() : -1);
    dlclose(first);
    show("first closed");
    printf("user: %d\n", user ? ((int (*)(void))dlsym(user, "use"))() : -1);
}
//#File:dependency.c
int in_dependency(void) { return 1; }
int in_both(void) { return 2; }
//#File:lib.c
int in_dependency(void);
int in_lib(void) { return 10 + in_dependency(); }
//#File:first.c
int in_both(void) { return 3; }
//#File:user.c
int in_lib(void), in_dependency(void);
int use(void) { return in_lib() * 100 + in_dependency(); }
