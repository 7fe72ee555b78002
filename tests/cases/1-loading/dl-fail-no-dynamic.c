// A shared object without PT_DYNAMIC, one without PT_LOAD, one without program headers: refused with glibc's words.
//#Oracle:glibc>=2.36 2.31's leaves the file mapped
//#Copy:tests/runner/left_behind.h
//#Plugin:good.c
//#Args:libgood.so
#include "left_behind.h"
#include <elf.h>
#include <stdlib.h>

static char bytes[1 << 20];
static size_t size;

// A copy of the good library in which the program headers of one type are PT_NULL, or are not counted.
static void write_copy(const char *name, unsigned type, int count) {
    static char copy[1 << 20];
    memcpy(copy, bytes, size);
    Elf64_Ehdr *header = (Elf64_Ehdr *)copy;
    Elf64_Phdr *programs = (Elf64_Phdr *)(copy + header->e_phoff);
    for (int i = 0; i < header->e_phnum; i++)
        if (programs[i].p_type == type)
            programs[i].p_type = PT_NULL;
    if (count >= 0)
        header->e_phnum = count;
    FILE *file = fopen(name, "w");
    fwrite(copy, 1, size, file);
    fclose(file);
}

int main(int argc, char **argv) {
    FILE *file = fopen(argv[1], "r");
    size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    write_copy("no-dynamic.so", PT_DYNAMIC, -1);
    write_copy("no-load.so", PT_LOAD, -1);
    write_copy("no-headers.so", PT_NULL, 0);
    fails("./no-dynamic.so", RTLD_NOW);
    fails("./no-load.so", RTLD_NOW);
    fails("./no-headers.so", RTLD_LAZY);
    remove("no-dynamic.so");
    write_copy("no-dynamic.so", PT_NULL, -1);
    works("./no-dynamic.so", RTLD_NOW);
}
//#File:good.c
int answer(void) { return 42; }
