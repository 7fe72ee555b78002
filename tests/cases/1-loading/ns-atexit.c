// atexit, __cxa_atexit and destructors of a library in a namespace: at dlclose, or at the program's end if it is still open.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <unistd.h>

static void bye(void) { write(1, "program's atexit\n", 17); }

int main(void) {
    atexit(bye);
    void *closed = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW), *open = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    ((void (*)(const char *))dlsym(closed, "begin"))("closed");
    ((void (*)(const char *))dlsym(open, "begin"))("open");
    write(1, "close\n", 6);
    dlclose(closed);
    write(1, "end\n", 4);
}
//#File:lib.c
#include <stdio.h>
#include <stdlib.h>
static const char *name;
static void first(void) { dprintf(1, "%s: first atexit\n", name); }
static void second(void) { dprintf(1, "%s: second atexit\n", name); }
void begin(const char *text) {
    name = text[0] == 'o' ? "still open" : "closed";
    atexit(first);
    atexit(second);
}
__attribute__((destructor)) static void end(void) { dprintf(1, "%s: destructor\n", name); }
