// A debugger that attaches after dlopen and dlclose finds what is loaded then.
//#Requires:tool:gdb
//#Requires:glibc>=2.35
//#Shared:first.c
//#Plugin:gone.c
//#Plugin:late.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <unistd.h>

int main(void) {
    char command[500];
    void *gone = dlopen("./libgone.so", RTLD_NOW), *late = dlopen("./liblate.so", RTLD_NOW);
    dlclose(gone);
    prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
    snprintf(command, sizeof command,
             "gdb -q -nx -batch -ex 'set debuginfod enabled off' -ex 'info sharedlibrary' -p %d 2>/dev/null | "
             "sed -n 's,^0x.*/\\(lib[a-z]*[.]so\\)$,\\1,p'",
             getpid());
    printf("%d\n", system(command));
    printf("and goes on: %d\n", dlclose(late));
}
//#File:first.c
int first;
//#File:gone.c
int gone;
//#File:late.c
int late;
