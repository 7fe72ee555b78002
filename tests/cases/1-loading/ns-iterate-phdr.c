// dl_iterate_phdr shows the namespace of its caller only; its counters of additions and removals are those of all. (While a
// namespace is open, glibc counts its objects several times, so that removals are looked at before and after only.)
//#Oracle:glibc>=2.36 2.31's counts removed objects by namespace, and wrong
//#Plugin:dependency.c:-nostdlib
//#Plugin:lib.c:./libdependency.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static unsigned long long adds, subs;

static int show(struct dl_phdr_info *info, size_t size, void *data) {
    const char *slash = strrchr(info->dlpi_name, '/'), *name = slash ? slash + 1 : info->dlpi_name;
    if (!strstr(name, "vdso"))
        printf(" %s", !*name ? "PROGRAM" : strncmp(name, "ld-", 3) ? name : "LOADER");
    adds = info->dlpi_adds, subs = info->dlpi_subs;
    return 0;
}

int main(void) {
    dl_iterate_phdr(show, NULL);
    unsigned long long before = adds;
    printf("\nremoved %llu", subs);
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    printf("\noutside:");
    dl_iterate_phdr(show, NULL);
    printf("\ninside:");
    ((void (*)(int (*)(struct dl_phdr_info *, size_t, void *)))dlsym(handle, "iterate"))(show);
    // the library, its dependency, libc, and the loader's entry in the new namespace
    printf("\nadded %llu\n", adds - before);
    before = adds;
    dlclose(handle);
    printf("outside:");
    dl_iterate_phdr(show, NULL);
    printf("\nadded %llu, removed %llu\n", adds - before, subs);
}
//#File:dependency.c
int dependency;
//#File:lib.c
#define _GNU_SOURCE
#include <link.h>
void iterate(int (*callback)(struct dl_phdr_info *, size_t, void *)) {
    int result = dl_iterate_phdr(callback, 0);
    (void)*(volatile int *)&result;
}
