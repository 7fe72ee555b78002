// A library that asks for an executable stack (PT_GNU_STACK with PF_X): the stack is as the system's loader makes it.
//#Shared:lib.c:-Wl,-z,execstack
//#Requires:file:/proc/self/maps
#include <stdio.h>
#include <string.h>

int nothing(void);

int main(void) {
    char line[500];
    FILE *maps = fopen("/proc/self/maps", "r");
    nothing();
    while (fgets(line, sizeof line, maps))
        if (strstr(line, "[stack]"))
            printf("%.4s\n", strchr(line, ' ') + 1);
}
//#File:lib.c
int nothing(void) { return 0; }
