// The auxiliary vector describes the program: headers, entry, file name.
#include <elf.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>

extern const ElfW(Ehdr) __ehdr_start;
void _start(void);

int main(void) {
    ElfW(Phdr) *headers = (ElfW(Phdr) *)getauxval(AT_PHDR);
    printf("AT_PHDR: %d\n", (char *)headers == (char *)&__ehdr_start + __ehdr_start.e_phoff);
    printf("AT_PHNUM: %d\n", getauxval(AT_PHNUM) == __ehdr_start.e_phnum);
    printf("AT_PHENT: %lu\n", getauxval(AT_PHENT));
    printf("AT_ENTRY: %d\n", getauxval(AT_ENTRY) == (unsigned long)_start);
    printf("AT_PAGESZ: %lu\n", getauxval(AT_PAGESZ));
    printf("AT_SECURE: %lu\n", getauxval(AT_SECURE));
    printf("AT_RANDOM: %d\n", getauxval(AT_RANDOM) != 0);
    const char *file = (const char *)getauxval(AT_EXECFN);
    printf("AT_EXECFN: %d\n", file && (strstr(file, "prog") || strstr(file, "ld-")));
}
