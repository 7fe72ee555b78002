// Files that dlopen refuses: a PIE, the program itself by its path, executables at fixed addresses, a library without a
// dynamic section; the same in a namespace.
//#Plugin:lib.c:-nostdlib
//#Prepare:echo 'int main(void) { return 0; }' > m.c; gcc -fPIE -pie -o pie m.c; gcc -fno-pie -no-pie -o fixed m.c; gcc -static -o static m.c
//#Script:readelf -dW pie | grep -q PIE
#define _GNU_SOURCE
#include <dlfcn.h>
#include <elf.h>
#include <stdio.h>

// A copy of the library whose PT_DYNAMIC is gone.
static void spoil(void) {
    static char bytes[200000];
    FILE *file = fopen("liblib.so", "r");
    size_t length = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    Elf64_Ehdr *header = (Elf64_Ehdr *)bytes;
    Elf64_Phdr *segments = (Elf64_Phdr *)(bytes + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++)
        if (segments[i].p_type == PT_DYNAMIC)
            segments[i].p_type = PT_NULL;
    file = fopen("libspoilt.so", "w");
    fwrite(bytes, 1, length, file);
    fclose(file);
}

int main(void) {
    spoil();
    const char *names[] = {"./pie", "./fixed", "./static", "./prog", "./libspoilt.so"};
    for (int i = 0; i < 5; i++) {
        void *handle = dlopen(names[i], RTLD_NOW);
        printf("%s: %s\n", names[i], handle ? "opened" : dlerror());
        handle = dlmopen(LM_ID_NEWLM, names[i], RTLD_NOW);
        printf("%s: %s\n", names[i], handle ? "opened" : dlerror());
    }
}
//#File:lib.c
int lib;
