// 300 mutations of a library that the program depends on: status 127 (or 1, or harmless), never a signal, never a hang.
//#NoOracle:glibc's loader trusts its input and crashes
//#Shared:lib.c:-nostartfiles -Wl,--hash-style=both
//#Flags:-norpath
//#Sources:mutate.c
//#Copy:tests/cases/1-loading/hostile-dlopen.c
//#Prepare:sed -n '/File:mutate.h/,/File:mutate.c/p' hostile-dlopen.c | grep -v '^//#' > mutate.h; sed -n '/File:mutate.c/,/File:plain.c/p' hostile-dlopen.c | grep -v '^//#' > mutate.c
//#Script:LD_LIBRARY_PATH=. /lib64/ld-linux-x86-64.so.2 ./prog generate
//#Wrap:shift 2; bad=0; n=0; while [ $n -lt 300 ]; do timeout 20 env -i LD_LIBRARY_PATH=m/$n "$@" >/dev/null 2>err; status=$?; case $status in 0) ;; 1|127) [ -s err ] || { bad=$((bad + 1)); echo "no message for $n" >&2; };; *) bad=$((bad + 1)); echo "status $status: $(cat m/$n/what)" >&2;; esac; n=$((n + 1)); done; echo "$bad bad"
//#Expect:0 bad
#include "mutate.h"
#include <stdio.h>
#include <sys/stat.h>

extern int data;

int main(int argc, char **argv) {
    mkdir("m", 0755);
    for (int i = 0; i < 300 && argc > 1; i++) {
        char name[100], what[200];
        snprintf(name, sizeof name, "m/%d", i);
        mkdir(name, 0755);
        snprintf(name, sizeof name, "m/%d/liblib.so", i);
        if (!mutate("liblib.so", name, 10000 + i, what, sizeof what))
            return 1;
        snprintf(name, sizeof name, "m/%d/what", i);
        FILE *file = fopen(name, "w");
        fputs(what, file);
        fclose(file);
    }
    return 0;
}
//#File:lib.c
int data = 5;
int *pointer = &data;
int function(void) { return *pointer; }
