// One file under many names (path, soname, symbolic link, hard link, other spelling) is one object with one count of references.
//#Plugin:sub/libreal.so.1=lib.c
//#Script:ln -sf sub/libreal.so.1 link.so && ln -f sub/libreal.so.1 hard.so && cp sub/libreal.so.1 copy.so
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    static const char *names[] = {"./sub/libreal.so.1", "libreal.so.1", "./link.so", "./hard.so", "sub/../sub//libreal.so.1", "@DIR@"};
    void *first = dlopen(names[0], RTLD_NOW);
    for (int i = 1; i < 5; i++)
        printf("%s: %d\n", names[i], dlopen(names[i], RTLD_NOW) == first);
    void *copy = dlopen("./copy.so", RTLD_NOW);
    printf("copy: %d\n", copy != first);
    for (int i = 0; i < 4; i++)
        dlclose(first);
    puts("four closed");
    // what was learnt as a name still means it when the file is another one
    rename("copy.so", "link.so");
    printf("by the name it was opened with: %d\n", dlopen("./link.so", RTLD_NOW | RTLD_NOLOAD) == first);
    dlclose(first), dlclose(first);
    puts("all closed");
    dlclose(copy);
    void *other = dlopen("./link.so", RTLD_NOW);
    printf("the other file: %d\n", other != NULL);
}
//#File:lib.c
#include <stdio.h>
__attribute__((constructor)) static void begin(void) { puts("begin"); }
__attribute__((destructor)) static void end(void) { puts("end"); }
