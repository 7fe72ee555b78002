// dlmopen with an existing number: the same file is the same object, another one shares the libc and the dependencies there.
//#Plugin:shared.c
//#Plugin:one.c:./libshared.so
//#Plugin:two.c:./libshared.so
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

static int count(void *handle, const char *part) {
    struct link_map *map;
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    while (map->l_prev)
        map = map->l_prev;
    int found = 0;
    for (; map; map = map->l_next)
        found += strstr(map->l_name, part) != NULL;
    return found;
}

int main(void) {
    Lmid_t number;
    void *one = dlmopen(LM_ID_NEWLM, "./libone.so", RTLD_NOW);
    dlinfo(one, RTLD_DI_LMID, &number);
    void *again = dlmopen(number, "./libone.so", RTLD_NOW), *two = dlmopen(number, "./libtwo.so", RTLD_NOW);
    printf("same %d, other %d\n", one == again, one != two);
    printf("libshared %d, libc %d\n", count(one, "libshared.so"), count(one, "libc.so.6"));
    printf("in the program's: libshared %d, libc %d\n", count(dlopen(NULL, RTLD_NOW), "libshared.so"),
           count(dlopen(NULL, RTLD_NOW), "libc.so.6"));
    int (*add_one)(void) = dlsym(one, "add_one"), (*add_two)(void) = dlsym(two, "add_two");
    printf("%d ", add_one());
    printf("%d ", add_two());
    printf("%d\n", add_one());
    void *other = dlmopen(LM_ID_NEWLM, "./libtwo.so", RTLD_NOW);
    Lmid_t second;
    dlinfo(other, RTLD_DI_LMID, &second);
    printf("%ld %ld, afresh: %d\n", number, second, ((int (*)(void))dlsym(other, "add_two"))());
    dlclose(one);
    printf("still there: %d\n", add_two());
    dlclose(again);
    printf("libone %d, libshared %d\n", count(two, "libone.so"), count(two, "libshared.so"));
}
//#File:shared.c
int counter;
//#File:one.c
extern int counter;
int add_one(void) { return ++counter; }
//#File:two.c
extern int counter;
int add_two(void) { return counter += 10; }
