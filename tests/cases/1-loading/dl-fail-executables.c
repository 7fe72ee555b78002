// dlopen of programs: a PIE, a fixed-address executable, the running program by its path; refused as glibc refuses them.
//#Copy:tests/runner/left_behind.h
//#Plugin:good.c
//#Script:echo 'int answer(void) { return 1; } int main(void) { return 0; }' > program.c; gcc -pie -fPIE -rdynamic -o pie program.c; gcc -no-pie -rdynamic -o fixed program.c; gcc -static -o static program.c; gcc -pie -fPIE -shared -Wl,-soname,x -nostartfiles -o libok.so program.c
#include "left_behind.h"

int main(void) {
    fails("./pie", RTLD_NOW);
    fails("./pie", RTLD_LAZY | RTLD_GLOBAL);
    fails("./fixed", RTLD_NOW);
    fails("./static", RTLD_LAZY);
    printf("loaded: %d %d\n", dlopen("./pie", RTLD_NOW | RTLD_NOLOAD) != NULL, dlopen("./fixed", RTLD_NOW | RTLD_NOLOAD) != NULL);
    remove("pie"), remove("fixed");
    link("libgood.so", "pie"), link("libok.so", "fixed");
    works("./pie", RTLD_NOW);
    works("./fixed", RTLD_NOW);
}
//#File:good.c
int answer(void) { return 42; }
