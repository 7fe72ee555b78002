// R_X86_64_COPY of libc's own variables: stdout, environ, and a read-only one of the library.
//#NoPie
//#Flags:-fno-pic
//#Shared:lib.c
//#Script:readelf -rW prog | grep -q 'R_X86_64_COPY .*stdout'
//#Env:VARIABLE=value
#include <stdio.h>
#include <unistd.h>

extern char **environ;
extern const int constant[3];

int main(void) {
    fprintf(stdout, "%s\n", environ[0] ? "has variables" : "none");
    fprintf(stdout, "%d\n", constant[2]);
}
//#File:lib.c
const int constant[3] = {1, 2, 3};
