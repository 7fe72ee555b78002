// posix_spawn, vfork, system and popen start other programs.
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int main(void) {
    char *arguments[] = {"sh", "-c", "exit 5", NULL};
    pid_t child;
    int status;
    if (posix_spawn(&child, "/bin/sh", NULL, NULL, arguments, environ))
        return 1;
    waitpid(child, &status, 0);
    printf("%d\n", WEXITSTATUS(status));
    child = vfork();
    if (child == 0)
        _exit(6);
    waitpid(child, &status, 0);
    printf("%d\n", WEXITSTATUS(status));
    printf("%d\n", WEXITSTATUS(system("exit 7")));
    char line[50] = "";
    FILE *pipe = popen("echo from a shell", "r");
    fgets(line, sizeof line, pipe);
    printf("%d %s", pclose(pipe), line);
}
