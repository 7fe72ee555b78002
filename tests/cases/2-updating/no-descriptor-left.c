// Updates, refusals and files that cannot be read leave no descriptor open, in the program or in the helper.
//#Shared:lib.c
//#Version:2:lib.c:-DN=2
//#Version:3:lib.c:-DN=3
//#Version:4:lib.c:-DREFUSED
//#Send:ask
//#Expect:1
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:2: as before
//#Update:liblib.so=4
//#Status:FAILED
//#Update:liblib.so=3
//#Status:version
//#Update:liblib.so=1
//#Status:reverted to version 1
//#Update:liblib.so=2
//#Status:reverted to version 2
//#Update:liblib.so=4
//#Status:FAILED
//#Update:liblib.so=3
//#Status:version
//#Update:liblib.so=1
//#Status:reverted to version 1
//#Update:liblib.so=2
//#Status:reverted to version 2
//#Update:liblib.so=4
//#Status:FAILED
//#Update:liblib.so=3
//#Status:version
//#Update:liblib.so=1
//#Status:reverted to version 1
//#Update:liblib.so=2
//#Status:reverted to version 2
//#Send:ask
//#Expect:2: as before
#include <dirent.h>
#include <stdio.h>

int version(void);

static int entries(const char *path) {
    int count = 0;
    DIR *directory = opendir(path);
    while (readdir(directory))
        count++;
    closedir(directory);
    return count;
}

/* of all threads: the helper has a table of files of its own */
static int descriptors(void) {
    char path[300];
    int count = 0;
    DIR *threads = opendir("/proc/self/task");
    for (struct dirent *thread; (thread = readdir(threads));) {
        if (thread->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "/proc/self/task/%s/fd", thread->d_name);
        count += entries(path);
    }
    closedir(threads);
    return count;
}

int main(void) {
    char line[100];
    int before = 0;
    while (fgets(line, sizeof line, stdin)) {
        int now = descriptors(), current = version();
        if (current == 1) {
            /* the helper may still be at its beginning */
            puts("1");
        } else {
            before = before ? before : now;
            printf("%d: %s\n", current, now == before ? "as before" : "others");
        }
        fflush(stdout);
    }
}
//#File:lib.c
#ifdef REFUSED
int more[1000] = {1};
#endif
#ifndef N
#define N 1
#endif
int version(void) { return N; }
