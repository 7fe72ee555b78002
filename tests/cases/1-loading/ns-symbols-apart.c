// Symbols do not leak between namespaces: neither the program's, nor a preloaded library's, nor a global one's, in any direction.
//#Plugin:pre.c
//#Plugin:weak.c
//#Plugin:strong.c:-Wl,-z,now
//#Plugin:global.c
//#Flags:-rdynamic
//#Env:LD_PRELOAD=./libpre.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

const char *from_program(void) { return "program"; }

int main(void) {
    dlopen("./libglobal.so", RTLD_NOW | RTLD_GLOBAL);
    const char *(*ask)(void) = dlsym(dlopen("./libweak.so", RTLD_NOW), "ask");
    printf("inside the program's: %s\n", ask());
    void *weak = dlmopen(LM_ID_NEWLM, "./libweak.so", RTLD_NOW);
    ask = dlsym(weak, "ask");
    printf("in a new one: %s\n", ask());
    printf("%s\n", dlmopen(LM_ID_NEWLM, "./libstrong.so", RTLD_NOW) ? "loaded" : dlerror());
    printf("here it is fine: %d\n", dlopen("./libstrong.so", RTLD_NOW) != NULL);
    printf("not found outside: %d\n", dlsym(RTLD_DEFAULT, "ask") == NULL);
    puts(dlerror());
    printf("not found inside: %d\n", dlsym(weak, "from_program") == NULL);
    puts(dlerror());
}
//#File:pre.c
const char *from_preload(void) { return "preload"; }
//#File:global.c
const char *from_global(void) { return "global"; }
//#File:weak.c
#include <stdio.h>
extern const char *from_program(void) __attribute__((weak)), *from_preload(void) __attribute__((weak));
extern const char *from_global(void) __attribute__((weak));
const char *ask(void) {
    static char text[100];
    snprintf(text, sizeof text, "%s %s %s", from_program ? from_program() : "-", from_preload ? from_preload() : "-",
             from_global ? from_global() : "-");
    return text;
}
//#File:strong.c
extern const char *from_program(void);
const char *strong(void) { return from_program(); }
