// A dlmopen that fails leaves no namespace, no mapping and no libc behind: a missing file, dependency or symbol, or no library.
//#Plugin:gone.c:-nostdlib
//#Plugin:dependent.c:-Wl,--no-as-needed ./libgone.so
//#Plugin:symbol.c:-Wl,-z,now
//#Plugin:good.c
//#Script:rm libgone.so; echo some text, which is no library > libtext.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

static int mappings(void) {
    int lines = 0, byte;
    FILE *maps = fopen("/proc/self/maps", "r");
    while ((byte = fgetc(maps)) != EOF)
        lines += byte == '\n';
    fclose(maps);
    return lines;
}

int main(void) {
    const char *names[] = {"./libnone.so", "./libdependent.so", "./libsymbol.so", "./libtext.so"};
    int before = 0, failures = 0;
    for (int round = 0; round < 40; round++) {
        for (int i = 0; i < 4; i++) {
            failures += !dlmopen(LM_ID_NEWLM, names[i], RTLD_NOW);
            const char *error = dlerror();
            if (round == 0)
                puts(error);
        }
        if (round == 10)
            before = mappings();
    }
    printf("failures %d, mappings %s\n", failures, mappings() <= before + 1 ? "same" : "more");
    Lmid_t number = -1;
    void *good = dlmopen(LM_ID_NEWLM, "./libgood.so", RTLD_NOW);
    dlinfo(good, RTLD_DI_LMID, &number);
    printf("good in %ld: %d\n", number, ((int (*)(void))dlsym(good, "good"))());
    printf("symbol in it: %d\n", dlmopen(number, "./libsymbol.so", RTLD_NOW) != NULL);
    puts(dlerror());
    printf("good after it: %d\n", ((int (*)(void))dlsym(good, "good"))());
}
//#File:gone.c
int gone;
//#File:dependent.c
int dependent;
//#File:symbol.c
extern int nowhere(void);
int symbol(void) { return nowhere(); }
//#File:good.c
#include <stdlib.h>
int good(void) { return atoi("12"); }
