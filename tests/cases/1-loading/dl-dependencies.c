// dlopen of a library with dependencies: they are found by its RUNPATH, searched by dlsym through its handle, closed with it.
//#Plugin:deep.c
//#Plugin:lib.c:./libdeep.so
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *handle = dlopen("@DIR@" "/none.so", RTLD_NOW);
    handle = dlopen("./liblib.so", RTLD_NOW);
    if (!handle)
        return puts(dlerror()), 1;
    int (*deep)(void) = (int (*)(void))dlsym(handle, "deep");
    printf("%d\n", deep ? deep() : -1);
    dlclose(handle);
    puts("closed");
    printf("%d\n", dlopen("libdeep.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
}
//#File:lib.c
#include <stdio.h>
int deep(void);
int lib(void) { return deep(); }
__attribute__((constructor)) static void begin(void) { puts("+lib"); }
__attribute__((destructor)) static void end(void) { puts("-lib"); }
//#File:deep.c
#include <stdio.h>
int deep(void) { return 12; }
__attribute__((constructor)) static void begin(void) { puts("+deep"); }
__attribute__((destructor)) static void end(void) { puts("-deep"); }
