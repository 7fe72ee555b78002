// RTLD_NEXT in an opened library: behind it in its own group, not in the program's list; the same library in two groups; in the last one.
//#Shared:initial.c
//#Plugin:last.c
//#Plugin:middle.c:./liblast.so
//#Plugin:first.c:./libmiddle.so -Wl,-rpath-link,.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

const char *initial(void);

static void ask(void *handle, const char *name) {
    const char *(*function)(void) = (const char *(*)(void))dlsym(handle, name);
    const char *text = function();
    printf("%s: %s\n", name, text ? text : dlerror());
}

int main(void) {
    printf("initial: %s\n", initial());
    void *first = dlopen("./libfirst.so", RTLD_NOW);
    ask(first, "first_next");
    ask(first, "middle_next");
    ask(first, "last_next");
    ask(first, "last_next_getpid");
    dlclose(first);
    // now the middle one is the first of its group
    void *middle = dlopen("./libmiddle.so", RTLD_NOW);
    first = dlopen("./libfirst.so", RTLD_NOW);
    ask(middle, "middle_next");
    ask(first, "first_next");
    dlopen("./libfirst.so", RTLD_NOW | RTLD_GLOBAL);
    ask(first, "first_next");
    ask(first, "last_next");
}
//#File:next.h
#define _GNU_SOURCE
#include <dlfcn.h>
static inline const char *call_next(const char *name) {
    const char *(*next)(void) = (const char *(*)(void))dlsym(RTLD_NEXT, name);
    return next ? next() : 0;
}
//#File:initial.c
#include "next.h"
const char *name(void) { return "initial"; }
const char *initial(void) { return call_next("name") ? "found something" : "nothing behind"; }
//#File:first.c
#include "next.h"
const char *name(void) { return "first"; }
const char *first_next(void) { const char *text = call_next("name"); return text; }
//#File:middle.c
#include "next.h"
const char *name(void) { return "middle"; }
const char *middle_next(void) { const char *text = call_next("name"); return text; }
//#File:last.c
#include "next.h"
const char *name(void) { return "last"; }
const char *last_next(void) { const char *text = call_next("name"); return text; }
const char *last_next_getpid(void) { return dlsym(RTLD_NEXT, "getpid") ? "getpid is behind" : 0; }
