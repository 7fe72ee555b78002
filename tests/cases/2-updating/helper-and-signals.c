// With updates on, signals reach the program's threads and no other; timers and SIGCHLD work.
//#Env:LD_DYNAMIC_UPDATE=1
//#Expect:100 of 100 in the main thread
//#Expect:child
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static volatile sig_atomic_t here, all;

static void handler(int number) {
    all++;
    here += syscall(SYS_gettid) == getpid();
}

int main(void) {
    signal(SIGUSR1, handler);
    for (int i = 0; i < 100; i++)
        kill(getpid(), SIGUSR1);
    printf("%d of %d in the main thread\n", here, all);
    fflush(stdout);
    signal(SIGCHLD, handler);
    if (fork() == 0)
        _exit(0);
    wait(NULL);
    puts("child");
}
