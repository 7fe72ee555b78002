// One file in three namespaces: three places, three sets of data, three handles, one path; dladdr tells them apart by address.
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    void *handles[3] = {dlopen("./liblib.so", RTLD_NOW), dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW),
                        dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW)};
    int *data[3];
    for (int i = 0; i < 3; i++) {
        data[i] = dlsym(handles[i], "value");
        *data[i] += i;
    }
    for (int i = 0; i < 3; i++) {
        int (*get)(void) = dlsym(handles[i], "get");
        int *(*pointer)(void) = dlsym(handles[i], "pointer");
        struct link_map *map, *found;
        Dl_info info;
        dlinfo(handles[i], RTLD_DI_LINKMAP, &map);
        dladdr1((void *)get, &info, (void **)&found, RTLD_DL_LINKMAP);
        printf("%d, own pointer %d, map %d, base %d, %s %s\n", get(), pointer() == data[i], found == map,
               info.dli_fbase == (void *)map->l_addr, info.dli_sname, strrchr(info.dli_fname, '/'));
        for (int other = 0; other < i; other++)
            printf("apart from %d: %d\n", other, handles[i] != handles[other] && data[i] != data[other]);
    }
}
//#File:lib.c
int value = 10;
static int *place = &value;
int get(void) { return value; }
int *pointer(void) { return place; }
