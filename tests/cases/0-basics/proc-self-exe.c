// Interp: /proc/self/exe and program_invocation_name are the program's own.
//#By:interp
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int main(void) {
    char path[4096];
    ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length > 0 ? length : 0] = 0;
    printf("%s %s %s\n", strrchr(path, '/') ? strrchr(path, '/') : "none", program_invocation_name, program_invocation_short_name);
}
//#Requires:file:/proc/self/exe
