// dladdr for many places: functions, static ones, data, bss, gaps, behind the end, the program, libc, the vDSO, stack, heap, unloaded code.
//#Plugin:lib.c:-Wl,-z,noseparate-code
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

static void show(const char *what, const char *address) {
    Dl_info info;
    memset(&info, 1, sizeof info);
    if (!dladdr(address, &info))
        return (void)printf("%s: nothing\n", what);
    const char *file = strrchr(info.dli_fname, '/');
    printf("%s: %s, %s%+ld, in its file %d\n", what, file ? file : info.dli_fname, info.dli_sname ? info.dli_sname : "(none)",
           info.dli_saddr ? address - (char *)info.dli_saddr : 0L, address >= (char *)info.dli_fbase);
}

static int of_program;

int main(void) {
    char *lib = dlopen("./liblib.so", RTLD_NOW), **places = dlsym(lib, "places");
    static const char *names[] = {"function", "inside it", "static function", "data", "end of data", "gap", "static data", "bss", "size 0", "alias"};
    for (int i = 0; i < 10; i++)
        show(names[i], places[i]);
    Dl_info info;
    dladdr(places[0], &info);
    show("first byte of the file", info.dli_fbase);
    show("before it", (char *)info.dli_fbase - 1);
    show("program's data", (char *)&of_program);
    show("program's code", (char *)main);
    show("libc", dlsym(RTLD_DEFAULT, "getpid"));
    show("stack", (char *)&info);
    show("heap", malloc(10));
    show("null", NULL);
    show("minus one", (char *)-1);
    char *function = places[0];
    dlclose(lib);
    show("unloaded", function);
}
//#File:lib.c
__asm__(".text\n.globl function\n.type function, @function\nfunction: nop\nnop\nnop\nret\n.size function, 4\n.zero 60\n"
        ".globl size_zero\n.type size_zero, @function\nsize_zero: nop\nret\n.size size_zero, 0\n.zero 60\n"
        "static_function: ret\n.zero 60\n"
        ".data\n.globl data\n.type data, @object\ndata: .quad 1, 2\n.size data, 16\n.zero 64\n"
        ".globl alias1\n.globl alias2\n.type alias1, @object\n.type alias2, @object\nalias1: alias2: .quad 3\n.size alias1, 4\n.size alias2, 8\n.zero 64\n"
        "static_data: .quad 9\n.previous\n");
extern char function[], size_zero[], static_function[] __attribute__((visibility("hidden"))), data[], alias1[], static_data[] __attribute__((visibility("hidden")));
char zeros[100];
char *places[] = {function, function + 2, static_function, data + 3, data + 16, data + 40, static_data, zeros + 99, size_zero, alias1 + 5};
