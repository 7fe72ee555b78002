// Of several RTLD_GLOBAL libraries with the same symbol the one that was opened first wins, after its dlclose the next. (A search
// through the program's handle does not tie the program to what it found, as RTLD_DEFAULT would.)
//#Plugin:a.c
//#Plugin:b.c
//#Plugin:libthird.so=c.c
//#Plugin:user.c
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

const char *in_program(void) { return "program"; }

static void *self;

static const char *ask(const char *name) {
    const char *(*function)(void) = (const char *(*)(void))dlsym(self, name);
    return function ? function() : "nobody";
}

int main(void) {
    self = dlopen(NULL, RTLD_NOW);
    void *a = dlopen("./liba.so", RTLD_NOW | RTLD_GLOBAL), *b = dlopen("./libb.so", RTLD_NOW | RTLD_GLOBAL);
    void *c = dlopen("./libthird.so", RTLD_NOW | RTLD_LOCAL);
    printf("%s %s\n", ask("name"), ask("in_program"));
    void *user = dlopen("./libuser.so", RTLD_NOW);
    const char *(*use)(void) = (const char *(*)(void))dlsym(user, "use");
    printf("user of %s\n", use());
    dlclose(user);
    dlclose(a);
    printf("%s\n", ask("name"));
    user = dlopen("./libuser.so", RTLD_NOW);
    use = (const char *(*)(void))dlsym(user, "use");
    printf("user of %s\n", use());
    a = dlopen("./liba.so", RTLD_NOW | RTLD_GLOBAL);
    printf("%s\n", ask("name"));
    dlclose(user), dlclose(b);
    printf("%s\n", ask("name"));
    dlclose(a);
    printf("%s\n", ask("name"));
    dlopen("./libthird.so", RTLD_NOW | RTLD_GLOBAL | RTLD_NOLOAD);
    printf("%s\n", ask("name"));
    dlclose(c), dlclose(c);
    printf("%s\n", ask("name"));
}
//#File:a.c
const char *name(void) { return "a"; }
const char *in_program(void) { return "a"; }
//#File:b.c
const char *name(void) { return "b"; }
//#File:c.c
const char *name(void) { return "c"; }
//#File:user.c
const char *name(void);
const char *use(void) { return name(); }
