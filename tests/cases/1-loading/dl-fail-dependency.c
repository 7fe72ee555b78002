// A dependency of a dependency is missing: dlopen says which, and neither of the others stays; it opens once the file is there.
//#Copy:tests/runner/left_behind.h
//#Plugin:bottom.c
//#Plugin:middle.c:./libbottom.so
//#Plugin:top.c:./libmiddle.so -Wl,-rpath-link,.
//#Script:mv libbottom.so away.so
#include "left_behind.h"

int main(void) {
    fails("./libtop.so", RTLD_NOW);
    fails("./libtop.so", RTLD_LAZY | RTLD_GLOBAL);
    fails("./libtop.so", RTLD_LAZY | RTLD_NODELETE);
    printf("middle: %d\n", dlopen("libmiddle.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    printf("global: %d\n", dlsym(RTLD_DEFAULT, "middle") != NULL);
    rename("away.so", "libbottom.so");
    struct inventory before = inventory();
    works("./libtop.so", RTLD_NOW);
    compare(before, "repaired, closed");
}
//#File:bottom.c
__thread int value = 5;
int bottom(void) { return value; }
//#File:middle.c
#include <stdio.h>
int bottom(void);
__thread int from_middle = 20;
int middle(void) { return bottom() + from_middle; }
__attribute__((constructor)) static void begin(void) { puts("middle begins"); }
//#File:top.c
int middle(void);
int answer(void) { return middle(); }
