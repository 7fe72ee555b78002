// A destructor that runs in dlclose forks; the child goes on inside dlclose, opens the library again, and both end by themselves.
//#Plugin:lib.c
//#Plugin:other.c
#include <dlfcn.h>
#include <stdio.h>
#include <unistd.h>

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    pid_t main_process = getpid();
    dlclose(lib);
    const char *who = getpid() == main_process ? "parent" : "child";
    printf("%s: closed, there %d\n", who, dlopen("./liblib.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    void *other = dlopen("./libother.so", RTLD_NOW);
    printf("%s: %d\n", who, ((int (*)(void))dlsym(other, "other"))());
    dlclose(other);
    if (getpid() != main_process)
        _exit(3);
}
//#File:lib.c
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
__attribute__((destructor)) static void end(void) {
    int status;
    pid_t child = fork();
    if (child == 0)
        return;
    waitpid(child, &status, 0);
    printf("child's status %d\n", WEXITSTATUS(status));
}
//#File:other.c
int other(void) { return 8; }
