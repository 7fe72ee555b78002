// With LD_EARLY_STATUS_INFO each library that is followed has a line before main, later ones when they are opened; none has two.
//#NoOracle:the system's loader has no status lines
//#Shared:one.c
//#Shared:two.c
//#Plugin:three.c
//#Plugin:four.c
//#Script:mkfifo status
//#Env:LD_DYNAMIC_UPDATE=1
//#Env:LD_DYNAMIC_DLUPDATE=1
//#Env:LD_EARLY_STATUS_INFO=1
//#Env:LD_STATUS_INFO=@DIR@/status
//#Expect:at the start: libone.so libtwo.so
//#Expect:after dlopen: libthree.so
//#Expect:in a child: libfour.so
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

int one(void), two(void);

static int status;

/* the libraries of the lines that are there, of one at least */
static void print_lines(const char *when) {
    char text[4000];
    ssize_t got = read(status, text, sizeof text - 1);
    text[got < 0 ? 0 : got] = '\0';
    printf("%s:", when);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
        char name[300];
        if (sscanf(line, "SUCCESS (loaded initial version) for %299s ", name) == 1)
            printf(" %s", name);
        else
            printf(" [%s]", line);
    }
    puts("");
    fflush(stdout);
}

int main(void) {
    /* not waiting: what is to be there is there */
    status = open("status", O_RDONLY | O_NONBLOCK);
    print_lines("at the start");
    fcntl(status, F_SETFL, 0);
    dlopen("./libthree.so", RTLD_NOW);
    print_lines("after dlopen");
    if (fork() == 0) {
        dlopen("./libfour.so", RTLD_NOW);
        print_lines("in a child");
        _exit(0);
    }
    wait(NULL);
    return one() + two();
}
//#File:one.c
int one(void) { return 0; }
//#File:two.c
int two(void) { return 0; }
//#File:three.c
int three(void) { return 0; }
//#File:four.c
int four(void) { return 0; }
