// LD_BIND_NOT: a lazily bound function is looked up at each call, so a global library closed or opened in between decides anew.
//#Env:LD_BIND_NOT=1
//#Plugin:one.c
//#Plugin:user.c:-Wl,-z,lazy
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    void *one = dlopen("./libone.so", RTLD_NOW | RTLD_GLOBAL), *user = dlopen("./libuser.so", RTLD_LAZY);
    int (*use)(void) = (int (*)(void))dlsym(user, "use");
    void **(*slot)(void) = (void **(*)(void))dlsym(user, "slot");
    void *before = *slot();
    for (int i = 0; i < 3; i++)
        printf("%d\n", use());
    printf("the slot is as it was: %d\n", *slot() == before);
    dlclose(one);
    printf("%d\n", use());
}
//#File:one.c
int provided(void) { return 1; }
//#File:user.c
#include <elf.h>
#include <link.h>
#include <string.h>
int provided(void);
int use(void) { return provided(); }
extern ElfW(Dyn) _DYNAMIC[] __attribute__((visibility("hidden")));
extern char __ehdr_start[] __attribute__((visibility("hidden")));
// The first slot of the PLT's relocations.
void **slot(void) {
    for (ElfW(Dyn) *entry = _DYNAMIC; entry->d_tag; entry++)
        if (entry->d_tag == DT_JMPREL) {
            ElfW(Addr) table = entry->d_un.d_ptr;
            if (table < (ElfW(Addr))__ehdr_start)
                table += (ElfW(Addr))__ehdr_start;
            return (void **)(__ehdr_start + ((ElfW(Rela) *)table)->r_offset);
        }
    return 0;
}
