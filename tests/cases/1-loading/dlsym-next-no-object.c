// dlsym(RTLD_NEXT) from code that lies in no object fails, dlsym(RTLD_DEFAULT) from there searches as the program does.
//#Expect:next: RTLD_NEXT used in code not dynamically loaded
//#Expect:default: found
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

// void *call(handle, name, function): calls function(handle, name) and returns what it returns
static const unsigned char code[] = {0x48, 0x83, 0xec, 0x08, 0x48, 0x89, 0xd0, 0xff, 0xd0, 0x48, 0x83, 0xc4, 0x08, 0xc3};

int main(void) {
    void *page = mmap(0, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    memcpy(page, code, sizeof code);
    mprotect(page, 4096, PROT_READ | PROT_EXEC);
    void *(*call)(void *, const char *, void *(*)(void *, const char *)) = (void *)page;
    if (call(RTLD_NEXT, "puts", dlsym)) return 1;
    printf("next: %s\n", dlerror());
    puts(call(RTLD_DEFAULT, "puts", dlsym) ? "default: found" : "default: missing");
}
