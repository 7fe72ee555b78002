// With --dlupdate an object opened by dlopen is replaced: its handle means the new version, and the last dlclose unmaps all versions.
//#Plugin:lib.c
//#Version:2:lib.c:-DNEW
//#Env:LD_DYNAMIC_DLUPDATE=1
//#Send:ask
//#Expect:old 1
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:new 2
//#Send:close
//#Expect:0 mappings
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    char line[300];
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    while (fgets(line, sizeof line, stdin) && line[0] == 'a') {
        const char *(*word)(void) = (const char *(*)(void))dlsym(handle, "word");
        int (*count)(void) = (int (*)(void))dlsym(handle, "count");
        printf("%s %d\n", word(), count());
        fflush(stdout);
    }
    dlclose(handle);
    int mappings = 0;
    FILE *maps = fopen("/proc/self/maps", "r");
    while (fgets(line, sizeof line, maps))
        mappings += strstr(line, "liblib.so") != NULL;
    printf("%d mappings\n", mappings);
}
//#File:lib.c
static int value;
int count(void) { return ++value; }
#ifdef NEW
const char *word(void) { return "new"; }
#else
const char *word(void) { return "old"; }
#endif
