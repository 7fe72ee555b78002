// dlsym through a handle searches breadth-first: the library, its needed ones in order, theirs; never others, never the program.
//#Plugin:d.c
//#Plugin:libthird.so=c.c
//#Plugin:b.c:./libd.so
//#Plugin:a.c:./libb.so ./libthird.so -Wl,-rpath-link,.
//#Plugin:global.c
//#Flags:-rdynamic
#include <dlfcn.h>
#include <stdio.h>

int in_program = 0;

static void show(void *handle) {
    static const char *names[] = {"in_all", "in_bcd", "in_cd", "in_d", "in_program", "in_global", "getpid"};
    for (int i = 0; i < 7; i++) {
        const char **found = dlsym(handle, names[i]);
        printf("%s: %s\n", names[i], i == 6 && found ? "libc's" : found ? *found : dlerror());
    }
}

int main(void) {
    dlopen("./libglobal.so", RTLD_NOW | RTLD_GLOBAL);
    puts("a:");
    show(dlopen("./liba.so", RTLD_NOW));
    puts("b:");
    show(dlopen("./libb.so", RTLD_NOW));
    puts("d:");
    show(dlopen("./libd.so", RTLD_NOW | RTLD_GLOBAL));
}
//#File:a.c
const char *in_all = "a";
//#File:b.c
const char *in_all = "b", *in_bcd = "b";
//#File:c.c
const char *in_all = "c", *in_bcd = "c", *in_cd = "c";
//#File:d.c
const char *in_all = "d", *in_bcd = "d", *in_cd = "d", *in_d = "d";
//#File:global.c
const char *in_all = "global", *in_global = "global";
