// Segments aligned to 2 MiB in library and program: the addresses are congruent and everything is mapped.
//#Shared:lib.c:-Wl,-z,max-page-size=0x200000,-z,common-page-size=0x200000
//#Flags:-Wl,-z,max-page-size=0x200000
//#Expect:0
//#Expect:5
#define _GNU_SOURCE
#include <link.h>
#include <stdio.h>
#include <string.h>

int get(void);

static int each(struct dl_phdr_info *info, size_t size, void *unused) {
    if (strstr(info->dlpi_name, "liblib.so"))
        printf("%lu\n", info->dlpi_addr % 0x200000);
    return 0;
}

int main(void) {
    dl_iterate_phdr(each, NULL);
    printf("%d\n", get());
}
//#File:lib.c
static int data = 5;
int get(void) { return data; }
