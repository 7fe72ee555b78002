// No address space for a new version (RLIMIT_AS): it is told, the program goes on, and the next version comes when there is room.
//#Shared:lib.c
//#Version:2:lib.c:-DN=2
//#Version:3:lib.c:-DN=3
//#Send:ask
//#Expect:1
//#Send:tight
//#Expect:tight
//#Update:liblib.so=2
//#Status:Cannot allocate memory
//#Send:ask
//#Expect:1
//#Send:loose
//#Expect:loose
//#Update:liblib.so=3
//#Status:updated to new version
//#Send:ask
//#Expect:3
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

int version(void);

static struct rlimit before;

/* not a page more than the process has now */
static void tighten(void) {
    struct rlimit tight;
    unsigned long pages;
    FILE *statm = fopen("/proc/self/statm", "r");
    if (fscanf(statm, "%lu", &pages) != 1)
        return;
    fclose(statm);
    getrlimit(RLIMIT_AS, &before);
    tight = before;
    tight.rlim_cur = pages * 4096;
    setrlimit(RLIMIT_AS, &tight);
    puts("tight");
}

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        if (strcmp(line, "tight\n") == 0) {
            tighten();
        } else if (strcmp(line, "loose\n") == 0) {
            setrlimit(RLIMIT_AS, &before);
            puts("loose");
        } else {
            printf("%d\n", version());
        }
        fflush(stdout);
    }
}
//#File:lib.c
#ifndef N
#define N 1
#endif
char large[1 << 22];
int version(void) { return N; }
