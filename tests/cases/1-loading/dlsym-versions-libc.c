// Versions of libc's own symbols through RTLD_DEFAULT, RTLD_NEXT and a handle: an old and a new memcpy, a missing version.
//#NoPie
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef void *(*copy)(void *, const void *, size_t);

int main(void) {
    void *libc = dlopen("libc.so.6", RTLD_NOW);
    copy old = (copy)dlvsym(RTLD_DEFAULT, "memcpy", "GLIBC_2.2.5"), new = (copy)dlvsym(RTLD_NEXT, "memcpy", "GLIBC_2.14");
    copy any = (copy)dlsym(RTLD_DEFAULT, "memcpy");
    char a[10] = "", b[10] = "", c[10] = "";
    old(a, "old", 4), new(b, "new", 4), any(c, "any", 4);
    printf("%s %s %s, any is new: %d\n", a, b, c, any == new);
    printf("by handle: %d %d\n", dlvsym(libc, "memcpy", "GLIBC_2.2.5") == (void *)old, dlvsym(libc, "memcpy", "GLIBC_2.14") == (void *)new);
    printf("%d ", dlvsym(RTLD_DEFAULT, "memcpy", "GLIBC_9.9") != NULL);
    puts(strrchr(dlerror(), '/'));
    printf("%d ", dlvsym(libc, "memcpy", "GLIBC_9.9") != NULL);
    puts(strrchr(dlerror(), '/'));
    printf("%d\n", dlvsym(libc, "no_such_function", "GLIBC_2.2.5") != NULL);
    puts(strrchr(dlerror(), '/'));
}
