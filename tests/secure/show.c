// What a program raised by setuid, setgid or capabilities sees: its credentials, its environment, which library it got, what
// its first three descriptors are, and what dlopen finds. The first argument says what is of interest.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

extern char **environ;
const char *work(void) __attribute__((weak));
const char *more(void) __attribute__((weak));

static int compare(const void *a, const void *b) { return strcmp(*(char **)a, *(char **)b); }

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "env")) {
        int count = 0;
        while (environ[count])
            count++;
        qsort(environ, count, sizeof *environ, compare);
        for (int i = 0; i < count; i++)
            printf("%.200s\n", environ[i]);
    } else if (!strcmp(what, "count")) {
        int count = 0;
        while (environ[count])
            count++;
        printf("%d variables\n", count);
    } else if (!strcmp(what, "crowd")) {
        static char *crowd[60003];
        crowd[0] = "A=1";
        for (int i = 1; i <= 60000; i++)
            crowd[i] = "LD_LIBRARY_PATH=/x";
        crowd[60001] = "B=2";
        char *arguments[] = {argv[2], "count", NULL};
        execve(argv[2], arguments, crowd);
    } else if (!strcmp(what, "descriptors")) {
        // on descriptor 9, since the first three are what is asked about
        for (int fd = 0; fd < 3; fd++) {
            char path[40], target[400] = "";
            sprintf(path, "/proc/self/fd/%d", fd);
            ssize_t length = readlink(path, target, sizeof target - 1);
            dprintf(9, "%d %s %o\n", fd, length < 0 ? "closed" : target, fcntl(fd, F_GETFL) & O_ACCMODE);
        }
    } else if (!strcmp(what, "dlopen")) {
        void *handle = dlopen(argv[2], RTLD_NOW);
        const char *(*function)(void) = handle ? dlsym(handle, "work") : NULL;
        printf("%s\n", function ? function() : dlerror());
    } else if (!strcmp(what, "dialogue")) {
        for (char line[100]; fgets(line, sizeof line, stdin); fflush(stdout)) {
            // no status is written here, so a library that is replaced is noticed by what it answers
            line[strcspn(line, "\n")] = 0;
            while (*line && strcmp(work(), line))
                sched_yield();
            printf("%s %s\n", work(), more ? more() : "-");
        }
    } else {
        printf("secure %lu, secure_getenv %s, work %s, argc %d\n", getauxval(AT_SECURE), secure_getenv("HOME") ? "yes" : "no",
               work ? work() : "none", argc);
    }
    return 0;
}
