// RTLD_NEXT where nothing follows: the texts; from the program past its own definition; dlvsym with RTLD_NEXT; data and TLS.
//#Shared:lib.c:-Wl,--version-script=lib.map
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int value = 1, only_program = 2;
__thread int local = 3;

static void show(const char *what, const void *found) {
    const char *text = dlerror();
    printf("%s: %d, %s\n", what, found ? *(const int *)found : -1, text ? text : "-");
}

int main(void) {
    local++;
    show("default value", dlsym(RTLD_DEFAULT, "value"));
    show("next value", dlsym(RTLD_NEXT, "value"));
    show("next only_program", dlsym(RTLD_NEXT, "only_program"));
    show("default only_program", dlsym(RTLD_DEFAULT, "only_program"));
    show("next nothing", dlsym(RTLD_NEXT, "nothing"));
    show("default nothing", dlsym(RTLD_DEFAULT, "nothing"));
    show("next local", dlsym(RTLD_NEXT, "local"));
    show("default local", dlsym(RTLD_DEFAULT, "local"));
    show("next value@V1", dlvsym(RTLD_NEXT, "value", "V1"));
    show("next value@V9", dlvsym(RTLD_NEXT, "value", "V9"));
    show("default value@V1", dlvsym(RTLD_DEFAULT, "value", "V1"));
    show("default only_program@V1", dlvsym(RTLD_DEFAULT, "only_program", "V1"));
}
//#File:lib.c
int value = 11;
__thread int local = 13;
//#File:lib.map
V1 { global: value; "local"; };
