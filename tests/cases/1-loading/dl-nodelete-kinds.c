// RTLD_NODELETE by promotion, with RTLD_NOLOAD, and -z nodelete of a dependency: each keeps its library and what that needs.
//#Plugin:deep.c
//#Plugin:pinned.c:-Wl,-z,nodelete ./libdeep.so
//#Plugin:user.c:./libpinned.so
//#Plugin:promoted.c
//#Plugin:noload.c
//#Plugin:failed.c:-Wl,-z,nodelete -Wl,-z,now
#include <dlfcn.h>
#include <stdio.h>

static int there(const char *name) {
    void *handle = dlopen(name, RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

int main(void) {
    dlclose(dlopen("./libuser.so", RTLD_NOW));
    printf("user %d, pinned %d, deep %d\n", there("libuser.so"), there("libpinned.so"), there("libdeep.so"));
    void *handle = dlopen("./libpromoted.so", RTLD_NOW);
    dlopen("./libpromoted.so", RTLD_LAZY | RTLD_NODELETE);
    printf("close %d %d %d\n", dlclose(handle), dlclose(handle), dlclose(handle));
    printf("promoted %d\n", there("libpromoted.so"));
    printf("noload %d\n", dlopen("./libnoload.so", RTLD_LAZY | RTLD_NODELETE | RTLD_NOLOAD) != NULL);
    dlclose(dlopen("./libnoload.so", RTLD_NOW));
    printf("noload %d\n", there("libnoload.so"));
    handle = dlopen("./libnoload.so", RTLD_NOW);
    dlclose(dlopen("./libnoload.so", RTLD_LAZY | RTLD_NODELETE | RTLD_NOLOAD));
    dlclose(handle);
    printf("noload %d\n", there("libnoload.so"));
    printf("failed %d\n", dlopen("./libfailed.so", RTLD_NOW | RTLD_NODELETE) != NULL);
    printf("failed %d\n", there("libfailed.so"));
    puts("main ends");
}
//#File:end.h
#include <stdio.h>
__attribute__((destructor)) static void end(void) { puts(NAME " ends"); }
//#File:deep.c
#define NAME "deep"
#include "end.h"
//#File:pinned.c
#define NAME "pinned"
#include "end.h"
//#File:user.c
#define NAME "user"
#include "end.h"
//#File:promoted.c
#define NAME "promoted"
#include "end.h"
//#File:noload.c
#define NAME "noload"
#include "end.h"
//#File:failed.c
#define NAME "failed"
#include "end.h"
int nowhere(void);
int use(void) { return nowhere(); }
