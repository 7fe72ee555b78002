// Destructors of namespaces that are open at the end run too: the newest namespace's first, the program's last.
//#Shared:base.c:-DNAME=base
//#Plugin:one.c:./libbase.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

static void bye(void) { dprintf(1, "atexit\n"); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-program\n"); }

extern void name(const char *text);

int main(void) {
    void *handles[4];
    name("program's");
    atexit(bye);
    for (int i = 0; i < 4; i++) {
        handles[i] = i == 3 ? dlopen("./libone.so", RTLD_NOW) : dlmopen(LM_ID_NEWLM, "./libone.so", RTLD_NOW);
        ((void (*)(const char *))dlsym(handles[i], "set"))((const char *[]){"first", "second", "third", "program's"}[i]);
    }
    dlclose(handles[1]);
    dprintf(1, "main ends\n");
    exit(3);
}
//#File:base.c
#include <stdio.h>
static const char *mine = "unnamed";
void name(const char *text) { mine = text; }
__attribute__((destructor)) static void end(void) { dprintf(1, "-base of %s\n", mine); }
//#File:one.c
#include <stdio.h>
extern void name(const char *text);
static const char *mine;
void set(const char *text) { name(mine = text); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-one of %s\n", mine); }
