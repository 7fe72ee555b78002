// dlopen from code inside a namespace stays in it; dlopen of a null name is the program from everywhere.
//#Oracle:glibc>=2.36 2.31's fails an assertion
//#Plugin:lib.c
//#Plugin:sub/libinner.so=inner.c
//#Flags:-rdynamic
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

const char *who(void) { return "program"; }

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    void *(*open)(const char *, int) = dlsym(handle, "open_there");
    char *(*error)(void) = dlsym(handle, "error_there");
    Lmid_t ours = -1, inner = -1;
    void *loaded = open("./sub/libinner.so", RTLD_NOW);
    dlinfo(handle, RTLD_DI_LMID, &ours);
    dlinfo(loaded, RTLD_DI_LMID, &inner);
    printf("%ld %ld\n", ours, inner);
    printf("here: %p\n", dlopen("./sub/libinner.so", RTLD_NOW | RTLD_NOLOAD));
    printf("same by dlmopen: %d\n", dlmopen(ours, "./sub/libinner.so", RTLD_NOW) == loaded);
    puts(((const char *(*)(void))dlsym(loaded, "ask"))());
    printf("missing: %p\n", open("./libnone.so", RTLD_NOW));
    printf("%s\n", strstr(error(), "libnone.so"));
    printf("our dlerror: %s\n", dlerror() ? "something" : "nothing");
    void *program = open(NULL, RTLD_NOW);
    dlinfo(program, RTLD_DI_LMID, &inner);
    printf("null name: %ld %s\n", inner, ((const char *(*)(void))dlsym(program, "who"))());
}
//#File:lib.c
#include <dlfcn.h>
const char *who(void) { return "namespace"; }
void *open_there(const char *name, int mode) { return dlopen(name, mode); }
char *error_there(void) { return dlerror(); }
//#File:inner.c
extern const char *who(void);
const char *ask(void) { return who(); }
