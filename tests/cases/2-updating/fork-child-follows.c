// A forked child has a watcher of its own and follows the update, as the parent does.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Send:ask
//#Expect:parent old
//#Expect:child old
//#Update:liblib.so=2
//#Status:updated to new version
//#Status:updated to new version
//#Send:ask
//#Expect:parent new
//#Expect:child new
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

const char *answer(void);

int main(void) {
    char line[100], byte;
    int to_child[2], to_parent[2];
    if (pipe(to_child) || pipe(to_parent))
        return 1;
    pid_t child = fork();
    if (child == 0) {
        close(to_child[1]);
        while (read(to_child[0], &byte, 1) == 1) {
            printf("child %s\n", answer());
            fflush(stdout);
            if (write(to_parent[1], "x", 1) != 1)
                _exit(1);
        }
        _exit(0);
    }
    while (fgets(line, sizeof line, stdin)) {
        printf("parent %s\n", answer());
        fflush(stdout);
        if (write(to_child[1], "x", 1) != 1 || read(to_parent[0], &byte, 1) != 1)
            return 1;
    }
    close(to_child[1]);
    waitpid(child, NULL, 0);
}
//#File:lib.c
#ifdef NEW
const char *answer(void) { return "new"; }
#else
const char *answer(void) { return "old"; }
#endif
