// A constructor in a new namespace opens another one, which opens another one; at the end the newest is destroyed first.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    setenv("LEVEL", "1", 1);
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    Lmid_t number;
    dlinfo(handle, RTLD_DI_LMID, &number);
    dprintf(1, "main opened %ld\n", number);
}
//#File:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
static int level;
__attribute__((constructor)) static void begin(void) {
    char text[2] = "0";
    level = atoi(getenv("LEVEL"));
    text[0] += level + 1;
    setenv("LEVEL", text, 1);
    if (level == 3)
        return;
    void *inner = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    Lmid_t number = -1;
    dlinfo(inner, RTLD_DI_LMID, &number);
    dprintf(1, "level %d opened %ld\n", level, number);
}
__attribute__((destructor)) static void end(void) { dprintf(1, "level %d ends\n", level); }
