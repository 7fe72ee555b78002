// A lazily bound function that nobody has is called: the process ends with status 127 and a sentence, in a thread and in a child too.
//#Plugin:lib.c:-Wl,-z,lazy
//#Exit:127
//#Stderr:./liblib.so: undefined symbol: nowhere
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

static void *fails(void *unused) {
    void *lib = dlopen("./liblib.so", RTLD_LAZY);
    printf("works: %d\n", ((int (*)(void))dlsym(lib, "works"))());
    fflush(stdout);
    ((int (*)(void))dlsym(lib, "fails"))();
    puts("not reached");
    return NULL;
}

int main(void) {
    int status;
    if (fork() == 0) {
        pthread_t thread;
        pthread_create(&thread, NULL, fails, NULL);
        pthread_join(thread, NULL);
        _exit(0);
    }
    wait(&status);
    printf("child: %d %d\n", WIFEXITED(status), WEXITSTATUS(status));
    fflush(stdout);
    fails(NULL);
}
//#File:lib.c
int nowhere(void);
int works(void) { return 1; }
int fails(void) { return nowhere(); }
