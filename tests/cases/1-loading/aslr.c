// Bases of program, library, stack and TLS differ between two runs.
//#By:interp
//#Requires:file:/proc/sys/kernel/randomize_va_space
//#Shared:lib.c
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern int in_library;
static int in_program;
static __thread int in_tls;

int main(int argc, char **argv) {
    int local;
    char now[200];
    snprintf(now, sizeof now, "%p %p %p %p", (void *)&in_library, (void *)&in_program, (void *)&in_tls, (void *)&local);
    if (argc == 1)
        return execl("./prog", "./prog", now, NULL);
    char *a = now, *b = argv[1];
    for (int i = 0; i < 4; i++) {
        unsigned long x = strtoul(a, &a, 16), y = strtoul(b, &b, 16);
        printf("%s\n", x != y ? "differs" : "same");
    }
}
//#File:lib.c
int in_library;
