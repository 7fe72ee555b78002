// With --dlupdate a library is followed that is opened when the helper has long begun, and the next one too that takes its place.
//#Shared:first.c
//#Version:2:first.c:-DN=2
//#Plugin:one.c
//#Version:2:one.c:-DN=2
//#Plugin:two.c
//#Version:2:two.c:-DN=2
//#Env:LD_DYNAMIC_DLUPDATE=1
//#Send:first
//#Expect:1
//#Update:libfirst.so=2
//#Status:updated to new version
//#Send:./libone.so
//#Expect:1
//#Update:libone.so=2
//#Status:updated to new version
//#Send:again
//#Expect:2
//#Send:./libtwo.so
//#Expect:1
//#Update:libtwo.so=2
//#Status:updated to new version
//#Send:again
//#Expect:2
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int first(void);

int main(void) {
    char line[300];
    void *handle = NULL;
    while (fgets(line, sizeof line, stdin)) {
        line[strcspn(line, "\n")] = '\0';
        if (strcmp(line, "first") == 0) {
            printf("%d\n", first());
        } else {
            if (line[0] == '.') {
                if (handle)
                    dlclose(handle);
                handle = dlopen(line, RTLD_NOW);
            }
            printf("%d\n", ((int (*)(void))dlsym(handle, "version"))());
        }
        fflush(stdout);
    }
}
//#File:first.c
#ifndef N
#define N 1
#endif
int first(void) { return N; }
//#File:one.c
#ifndef N
#define N 1
#endif
int version(void) { return N; }
//#File:two.c
#ifndef N
#define N 1
#endif
int version(void) { return N; }
