// Search in a namespace: RUNPATH of the library and $ORIGIN, LD_LIBRARY_PATH, the soname of what is there already; what is only in
// the program's folder list or already loaded by the program is not found.
//#Plugin:deep/libdeep.so=deep.c
//#Plugin:deep/libown.so=own.c:-norpath -Wl,-rpath,'$ORIGIN' -Ldeep -ldeep
//#Plugin:lost/liblost.so=own.c:-norpath -Ldeep -ldeep
//#Plugin:path/libpath.so=deep.c
//#Flags:-Wl,-rpath,'$ORIGIN/deep'
//#Env:LD_LIBRARY_PATH=@DIR@/path
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static void *try(Lmid_t number, const char *name) {
    void *handle = dlmopen(number, name, RTLD_NOW);
    printf("%s: %s\n", name, handle ? "opened" : dlerror());
    return handle;
}

int main(void) {
    try(LM_ID_NEWLM, "./lost/liblost.so");
    printf("by the program's RUNPATH %d\n", dlopen("libdeep.so", RTLD_NOW) != NULL);
    try(LM_ID_NEWLM, "./lost/liblost.so");
    void *own = try(LM_ID_NEWLM, "./deep/libown.so");
    Lmid_t number;
    dlinfo(own, RTLD_DI_LMID, &number);
    try(number, "libdeep.so");
    try(number, "./lost/liblost.so");
    try(LM_ID_NEWLM, "libpath.so");
    // the caller is the program: its RUNPATH holds for a name without a slash
    try(LM_ID_NEWLM, "libown.so");
    try(LM_ID_NEWLM, "libnone.so");
}
//#File:deep.c
int deep;
//#File:own.c
extern int deep;
int *own(void) { return &deep; }
