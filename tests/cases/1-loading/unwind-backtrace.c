// backtrace() sees frames of program and library, and backtrace_symbols names them.
//#Shared:lib.c
//#Flags:-rdynamic -fno-optimize-sibling-calls
#include <execinfo.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void call(void (*)(void));

void show(void) {
    void *frames[20];
    int count = backtrace(frames, 20);
    char **names = backtrace_symbols(frames, count);
    for (int i = 0; i < count && i < 3; i++) {
        char *name = strchr(names[i], '(');
        printf("%.*s\n", name ? (int)strcspn(name, "+)") : 0, name ? name : "");
    }
}

int main(void) {
    call(show);
    puts("done");
}
//#File:lib.c
void call(void (*function)(void)) { function(); __asm__ volatile(""); }
