// la_objsearch that refuses a library which the program needs: the program does not start, and the message has no name.
//#Oracle:glibc>=2.36 2.31's takes the error of a 32-bit library that it passed by
//#Copy:tests/runner/auditor.h
//#Shared:lib.c
//#Plugin:audit.c
//#Env:LD_AUDIT=./libaudit.so
//#Stderr:error while loading shared libraries: cannot open shared object file
//#Exit:127
#include <stdio.h>

int main(void) { puts("main"); }
//#File:lib.c
int lib;
//#File:audit.c
#include "auditor.h"
unsigned la_version(unsigned version) { return version; }
char *la_objsearch(const char *name, uintptr_t *cookie, unsigned flag) {
    return strstr(name, "liblib.so") ? NULL : (char *)name;
}
