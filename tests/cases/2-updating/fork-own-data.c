// After fork the child has its own data: neither sees what the other writes, before and after an update.
//#Shared:lib.c
//#Version:2:lib.c:-DSTEP=10
//#Send:fork
//#Expect:child 2, parent 1
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:fork
//#Expect:child 21, parent 11
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int step(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        int mine = step(), status;
        pid_t child = fork();
        if (child == 0)
            _exit(step());
        waitpid(child, &status, 0);
        printf("child %d, parent %d\n", WEXITSTATUS(status), mine);
        fflush(stdout);
    }
}
//#File:lib.c
#ifndef STEP
#define STEP 1
#endif
static int value;
int step(void) { return value += STEP; }
