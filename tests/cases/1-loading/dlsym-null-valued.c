// Symbols whose value is 0 or absolute: dlsym answers NULL and dlerror none; an undefined weak reference is not found.
//#Plugin:lib.c
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    static const char *names[] = {"absolute_zero", "absolute_number", "weak_undefined", "weak_defined", "size_zero", "nothing"};
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    for (int i = 0; i < 6; i++) {
        dlerror();
        void *found = dlsym(lib, names[i]);
        const char *text = dlerror();
        if (i < 2)
            printf("%s: %#lx, %s\n", names[i], (long)found, text ? text : "no error");
        else
            printf("%s: %d, %s\n", names[i], found != NULL, text ? text : "no error");
    }
    printf("%d\n", ((int (*)(void))dlsym(lib, "has_weak"))());
}
//#File:lib.c
__asm__(".globl absolute_zero\nabsolute_zero = 0\n.globl absolute_number\nabsolute_number = 0x1234\n"
        ".text\n.globl size_zero\n.type size_zero, @function\nsize_zero: ret\n.size size_zero, 0\n");
extern int weak_undefined(void) __attribute__((weak));
__attribute__((weak)) int weak_defined = 5;
int has_weak(void) { return weak_undefined ? 1 : 0; }
