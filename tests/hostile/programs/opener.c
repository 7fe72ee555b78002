// Opens the library that it is told, twice, asks for symbols and closes it.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
static int count(struct dl_phdr_info *info, size_t size, void *data) {
    (void)size;
    return *(int *)data += info->dlpi_phnum, 0;
}
int main(int argc, char **argv) {
    int headers = 0;
    for (int i = 1; i < argc; i++) {
        void *lazy = dlopen(argv[i], RTLD_LAZY), *now = dlopen(argv[i], RTLD_NOW);
        if (!lazy && !now) {
            const char *error = dlerror();
            if (!error) return 3;
            fprintf(stderr, "%s\n", error);
        }
        dl_iterate_phdr(count, &headers);
        const char *names[] = {"plain_function", "tables_function", "rich_function", "plain_data", "absent"};
        for (int n = 0; n < 5 && lazy; n++) {
            Dl_info info;
            void *found = dlsym(lazy, names[n]);
            if (found) dladdr(found, &info);
            if (found && n < 3) ((int (*)(void))found)();
        }
        if (now) dlclose(now);
        if (lazy) dlclose(lazy);
    }
    return headers == 0;
}
