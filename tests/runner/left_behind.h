// What a process has got from its loader, counted before and after something that must leave nothing behind. For cases: they
// take it with `Copy:tests/runner/left_behind.h` and include it first.
#pragma once
#define _GNU_SOURCE
#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct inventory {
    int maps, descriptors, objects, chain, balance;
    unsigned long modules;
};

static int count_object(struct dl_phdr_info *info, size_t size, void *out) {
    struct inventory *inventory = out;
    inventory->objects++;
    inventory->modules = inventory->modules * 31 + info->dlpi_tls_modid;
    inventory->balance = info->dlpi_adds - info->dlpi_subs;
    return 0;
}

static int count_maps(void) {
    static char text[1 << 16];
    int lines = 0, file = open("/proc/self/maps", O_RDONLY);
    for (ssize_t length; (length = read(file, text, sizeof text)) > 0;)
        for (ssize_t i = 0; i < length; i++)
            lines += text[i] == '\n';
    close(file);
    return lines;
}

static struct inventory inventory(void) {
    struct inventory inventory = {.maps = count_maps()};
    dl_iterate_phdr(count_object, &inventory);
    void *program = dlopen(NULL, RTLD_NOW);
    for (struct link_map *map = program; map; map = map->l_next)
        inventory.chain++;
    dlclose(program);
    DIR *folder = opendir("/proc/self/fd");
    while (readdir(folder))
        inventory.descriptors++;
    closedir(folder);
    return inventory;
}

// Says what is not as it was.
static void compare(struct inventory before, const char *what) {
    struct inventory now = inventory();
    if (!memcmp(&before, &now, sizeof now))
        printf("%s: nothing left behind\n", what);
    if (now.maps != before.maps)
        printf("%s: maps %d to %d\n", what, before.maps, now.maps);
    if (now.descriptors != before.descriptors)
        printf("%s: descriptors %d to %d\n", what, before.descriptors, now.descriptors);
    if (now.objects != before.objects || now.chain != before.chain || now.balance != before.balance)
        printf("%s: objects %d to %d, chain %d to %d, balance %d to %d\n", what, before.objects, now.objects, before.chain, now.chain,
               before.balance, now.balance);
    if (now.modules != before.modules)
        printf("%s: other TLS modules\n", what);
}

// Opens what cannot be opened, again and again: says why not, and what that left behind.
static void fails(const char *name, int mode) {
    for (int i = 0; i < 3; i++)
        if (dlopen(name, mode))
            return (void)printf("%s: opened\n", name);
    puts(dlerror());
    struct inventory before = inventory();
    for (int i = 0; i < 20; i++)
        if (dlopen(name, mode))
            return (void)printf("%s: opened\n", name);
    compare(before, name);
}

// Opens what is repaired and asks its function `answer`.
static void works(const char *name, int mode) {
    void *handle = dlopen(name, mode);
    int (*answer)(void) = handle ? (int (*)(void))dlsym(handle, "answer") : NULL;
    if (answer)
        printf("%s: %d\n", name, answer());
    else
        printf("%s: not opened: %s\n", name, dlerror());
    if (handle)
        dlclose(handle);
}
