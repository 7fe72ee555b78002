// Modes that dlopen refuses, with the text for each: no binding mode, unknown bits; also for the program itself.
//#Plugin:lib.c
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    static const int modes[] = {0, RTLD_GLOBAL, RTLD_NODELETE, RTLD_DEEPBIND, RTLD_NOLOAD, 0x10, RTLD_NOW | 0x20, RTLD_LAZY | 0x200,
                                RTLD_NOW | 0x4000, RTLD_LAZY | 0x10000, -1, 3, RTLD_NOW | RTLD_LOCAL};
    static const char *names[] = {"./liblib.so", NULL, "", "./none.so"};
    for (int name = 0; name < 4; name++)
        for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
            void *handle = dlopen(names[name], modes[i]);
            const char *text = dlerror();
            printf("%s, %#x: %d %s\n", names[name] ? names[name] : "(null)", modes[i], handle != NULL, text ? text : "-");
            if (handle)
                dlclose(handle);
        }
}
//#File:lib.c
int f(void) { return 0; }
