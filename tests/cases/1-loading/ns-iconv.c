// iconv of a second libc opens its conversion modules in its own namespace.
//#Oracle:glibc>=2.36 2.31's fails an assertion
//#Plugin:lib.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    void *handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW);
    int (*convert)(const char *, char *) = dlsym(handle, "convert");
    char text[50] = "";
    printf("%d ", convert("ISO-8859-15", text));
    puts(text);
    printf("%d ", convert("EUC-JP", text));
    puts(text);
    printf("%d\n", convert("NO-SUCH-CHARSET", text));
    struct link_map *map;
    int there = 0, here = 0;
    dlinfo(handle, RTLD_DI_LINKMAP, &map);
    for (; map; map = map->l_next)
        there += strstr(map->l_name, "/gconv/") != NULL;
    dlinfo(dlopen(NULL, RTLD_NOW), RTLD_DI_LINKMAP, &map);
    for (; map; map = map->l_next)
        here += strstr(map->l_name, "/gconv/") != NULL;
    printf("modules here %d, there %s\n", here, there ? "some" : "none");
}
//#File:lib.c
#include <iconv.h>
#include <string.h>
int convert(const char *from_charset, char *out) {
    iconv_t converter = iconv_open("UTF-8", from_charset);
    if (converter == (iconv_t)-1)
        return -1;
    char in[] = "\xa4\xa2 ok", *from = in, *to = out;
    size_t left = strlen(in), space = 49;
    memset(out, 0, 50);
    int result = iconv(converter, &from, &left, &to, &space);
    iconv_close(converter);
    return result;
}
