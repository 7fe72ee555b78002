// Reference counts through a diamond: a dependency goes when the last that needs it goes, whoever was opened first.
//#Plugin:shared.c
//#Plugin:left.c:./libshared.so
//#Plugin:right.c:./libshared.so
//#Plugin:top.c:./libleft.so ./libright.so -Wl,-rpath-link,.
#include <dlfcn.h>
#include <stdio.h>

static void show(const char *when) {
    static const char *names[] = {"libtop.so", "libleft.so", "libright.so", "libshared.so"};
    printf("%s:", when);
    for (int i = 0; i < 4; i++) {
        void *handle = dlopen(names[i], RTLD_NOW | RTLD_NOLOAD);
        printf(" %d", handle != NULL);
        if (handle)
            dlclose(handle);
    }
    puts("");
}

int main(void) {
    void *top = dlopen("./libtop.so", RTLD_NOW), *left = dlopen("./libleft.so", RTLD_NOW);
    show("top, left");
    dlclose(top);
    show("left");
    top = dlopen("./libtop.so", RTLD_NOW);
    void *shared = dlopen("libshared.so", RTLD_NOW);
    dlclose(left);
    show("top, shared");
    dlclose(top);
    show("shared");
    void *right = dlopen("./libright.so", RTLD_NOW);
    dlclose(shared);
    show("right");
    dlclose(right);
    show("none");
}
//#File:name.h
#include <stdio.h>
__attribute__((destructor)) static void end(void) { puts("-" NAME); }
//#File:shared.c
#define NAME "shared"
#include "name.h"
//#File:left.c
#define NAME "left"
#include "name.h"
//#File:right.c
#define NAME "right"
#include "name.h"
//#File:top.c
#define NAME "top"
#include "name.h"
