// The names NULL and "" both mean the program: one handle, counted, that finds what is global, and never unloads anything.
//#Shared:lib.c
//#Plugin:late.c
//#Flags:-rdynamic
#include <dlfcn.h>
#include <stdio.h>

int in_program(void) { return 1; }

static void look(void *handle, const char *name) {
    int (*function)(void) = (int (*)(void))dlsym(handle, name);
    printf("%s: %d\n", name, function ? function() : -1);
}

int main(void) {
    void *self = dlopen(NULL, RTLD_LAZY);
    printf("same: %d %d\n", self == dlopen("", RTLD_NOW), self == dlopen(NULL, RTLD_LAZY | RTLD_NOLOAD));
    printf("global, deep, for ever: %d\n", self == dlopen(NULL, RTLD_NOW | RTLD_GLOBAL | RTLD_DEEPBIND));
    look(self, "in_program");
    look(self, "in_lib");
    look(self, "in_late");
    void *late = dlopen("./liblate.so", RTLD_NOW);
    look(self, "in_late");
    dlopen("./liblate.so", RTLD_NOW | RTLD_GLOBAL);
    look(self, "in_late");
    printf("close: %d %d\n", dlclose(late), dlclose(late));
    look(self, "in_late");
    for (int i = 0; i < 4; i++)
        printf("close the program: %d\n", dlclose(self));
    look(self, "in_program");
    look(dlopen(NULL, RTLD_NOW), "in_lib");
}
//#File:lib.c
int in_lib(void) { return 2; }
//#File:late.c
int in_late(void) { return 3; }
