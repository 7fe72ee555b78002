// For the auditors of the cases (`Copy:tests/runner/auditor.h`): they print at once, because their libc's buffers are their own, and
// name objects without folders, PROGRAM and LOADER in the place of what differs between the ways to start.
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <dlfcn.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define say(...) dprintf(1, __VA_ARGS__)

static inline const char *base(const char *path) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    if (!*name || !strcmp(name, "prog"))
        return "PROGRAM";
    return strncmp(name, "ld-", 3) ? name : "LOADER";
}

// The cookie is the object's link map, unless an auditor changes it.
static inline const char *named(const uintptr_t *cookie) { return base(((struct link_map *)*cookie)->l_name); }
