// _dl_find_object: code and data of program, initial and opened libraries with their link map, range and unwind table; nothing elsewhere.
//#Requires:glibc>=2.35
//#Shared:initial.c
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern int initial;
static int data = 1;

static int eh_frame(struct dl_phdr_info *info, size_t size, void *out) {
    struct dl_find_object *object = out;
    for (int i = 0; i < info->dlpi_phnum; i++)
        if (info->dlpi_phdr[i].p_type == PT_GNU_EH_FRAME && (char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr == object->dlfo_eh_frame)
            return 1;
    return 0;
}

static void show(const char *what, void *address) {
    struct dl_find_object object;
    memset(&object, 0, sizeof object);
    if (_dl_find_object(address, &object))
        return (void)printf("%s: nothing\n", what);
    const char *name = strrchr(object.dlfo_link_map->l_name, '/');
    printf("%s: '%s', inside %d, unwind table %d, flags %llu\n", what, name ? name : object.dlfo_link_map->l_name,
           address >= object.dlfo_map_start && address < object.dlfo_map_end, dl_iterate_phdr(eh_frame, &object), object.dlfo_flags);
}

int main(void) {
    void *lib = dlopen("./liblib.so", RTLD_NOW), *function = dlsym(lib, "function"), *value = dlsym(lib, "value");
    struct dl_find_object object;
    show("program's code", (void *)main);
    show("program's data", &data);
    show("initial", dlsym(RTLD_DEFAULT, "initial_function"));
    show("libc", dlsym(RTLD_DEFAULT, "getpid"));
    show("opened code", function);
    show("opened data", value);
    _dl_find_object(function, &object);
    show("first byte", object.dlfo_map_start);
    show("last byte", (char *)object.dlfo_map_end - 1);
    printf("one behind is another's: %d\n", _dl_find_object(object.dlfo_map_end, &object) != 0 || object.dlfo_map_start > function);
    show("stack", &object);
    show("heap", malloc(10));
    show("null", NULL);
    show("minus one", (void *)-1);
    dlclose(lib);
    show("closed", function);
    lib = dlopen("./liblib.so", RTLD_NOW);
    show("opened again", dlsym(lib, "function"));
    return initial;
}
//#File:initial.c
int initial = 0;
int initial_function(void) { return initial; }
//#File:lib.c
int value = 3;
int function(void) { return value; }
