// Handlers of pthread_atfork that open, ask and close libraries before and after the fork, on both sides; one registered by a library.
//#Plugin:one.c
//#Plugin:handler.c
//#Flags:-rdynamic
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void *kept;
static char notes[2000];

// Both sides run at the same time: each prints its notes when it is alone.
void note(const char *text) { strcat(strcat(notes, text), "\n"); }

static void say(const char *where) {
    char line[100];
    void *one = dlopen("./libone.so", RTLD_NOW);
    int next = ((int (*)(void))dlsym(one, "next"))();
    snprintf(line, sizeof line, "%s: %d, close %d, kept before %d", where, next, dlclose(one), kept != NULL);
    note(line);
}

static void prepare(void) { say("prepare"), kept = dlopen("./libone.so", RTLD_NOW); }
static void parent(void) { say("parent"), dlclose(kept), kept = NULL; }
static void child(void) { say("child"), dlclose(kept), kept = NULL; }

int main(void) {
    void *handler = dlopen("./libhandler.so", RTLD_NOW);
    pthread_atfork(prepare, parent, child);
    for (int i = 0; i < 2; i++) {
        int status;
        pid_t id = fork();
        if (id == 0) {
            printf("%s", notes), fflush(stdout);
            _exit(dlopen("./libone.so", RTLD_NOW | RTLD_NOLOAD) ? 1 : 4);
        }
        waitpid(id, &status, 0);
        printf("%sstatus %d\n", notes, WEXITSTATUS(status)), fflush(stdout);
        notes[0] = 0;
        // the handlers of a library that is closed are gone
        if (i == 0)
            dlclose(handler);
    }
}
//#File:one.c
static int count;
int next(void) { return ++count; }
//#File:handler.c
#include <pthread.h>
void note(const char *);
static void before(void) { note("a library's prepare"); }
static void after(void) { note("a library's parent"); }
static void in_child(void) { note("a library's child"); }
__attribute__((constructor)) static void begin(void) { pthread_atfork(before, after, in_child); }
