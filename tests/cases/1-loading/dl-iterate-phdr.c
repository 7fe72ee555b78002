// dl_iterate_phdr: every object once, the program first, with base, headers, TLS and counters of loads and unloads.
//#Shared:lib.c
//#Plugin:late.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static unsigned long long adds, subs;
static int own;

static int each(struct dl_phdr_info *info, size_t size, void *print) {
    const char *name = strrchr(info->dlpi_name, '/');
    int loads = 0, inside = 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *header = &info->dlpi_phdr[i];
        loads += header->p_type == PT_LOAD;
        ElfW(Addr) start = info->dlpi_addr + header->p_vaddr;
        inside |= header->p_type == PT_LOAD && (ElfW(Addr))&own - start < header->p_memsz;
    }
    if (print && (!name || !strstr(name, "ld-")) )
        printf("[%s] loads %d, program %d, tls %d\n", name ? name : info->dlpi_name, loads > 0, inside, info->dlpi_tls_modid != 0);
    adds = info->dlpi_adds, subs = info->dlpi_subs;
    return 0;
}

static int stop(struct dl_phdr_info *info, size_t size, void *unused) { return 17; }

int main(void) {
    dl_iterate_phdr(each, "");
    unsigned long long before = adds;
    void *handle = dlopen("./liblate.so", RTLD_NOW);
    dl_iterate_phdr(each, NULL);
    printf("one more: %llu, gone: %llu\n", adds - before, subs);
    dlclose(handle);
    dl_iterate_phdr(each, NULL);
    printf("one more: %llu, gone: %llu\n", adds - before, subs);
    printf("%d\n", dl_iterate_phdr(stop, NULL));
}
//#File:lib.c
__thread int value;
int f(void) { return value; }
//#File:late.c
int g(void) { return 0; }
