// Constructors in a namespace run after those of the dependencies there, with the program's arguments and environment; destructors
// the other way round.
//#Plugin:base.c
//#Plugin:middle.c:./libbase.so
//#Plugin:top.c:./libmiddle.so ./libbase.so
//#Args:one two
//#Env:COLOUR=red
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *base = dlopen("./libbase.so", RTLD_NOW);
    for (int i = 0; i < 2; i++) {
        void *handle = dlmopen(LM_ID_NEWLM, "./libtop.so", RTLD_NOW);
        dprintf(1, "opened\n");
        dlclose(handle);
        dprintf(1, "closed\n");
    }
    dlclose(base);
}
//#File:base.c
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void begin(int count, char **words) {
    dprintf(1, "+base %d %s %s\n", count, words[count - 1], getenv("COLOUR"));
}
__attribute__((destructor)) static void end(void) { dprintf(1, "-base\n"); }
//#File:middle.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { dprintf(1, "+middle\n"); }
__attribute__((destructor)) static void end(void) { dprintf(1, "-middle\n"); }
//#File:top.c
#include <stdio.h>
__attribute__((constructor)) static void begin(int count, char **words, char **environment) {
    dprintf(1, "+top %d %s\n", count, environment[0] ? "with environment" : "without");
}
__attribute__((destructor)) static void end(void) { dprintf(1, "-top\n"); }
