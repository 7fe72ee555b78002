// A thread-local variable of one opened library used by another (general dynamic and initial exec): one variable.
//#Plugin:owner.c
//#Plugin:user.c:./libowner.so
//#Plugin:static.c:./libowner.so -ftls-model=initial-exec
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int *(*addresses[3])(void);

static void *run(void *who) {
    int *values[] = {addresses[0](), addresses[1](), addresses[2]()};
    printf("%s: %d, one variable %d\n", (char *)who, (*values[0])++, values[0] == values[1] && values[1] == values[2]);
    return NULL;
}

int main(void) {
    // the one that needs a static block first: the owner gets one
    static const char *names[] = {"./libstatic.so", "./libuser.so", "./libowner.so"};
    for (int i = 0; i < 3; i++) {
        void *lib = dlopen(names[i], RTLD_NOW);
        if (!lib)
            return puts(dlerror()), 1;
        addresses[i] = (int *(*)(void))dlsym(lib, i == 0 ? "by_static" : i == 1 ? "by_user" : "by_owner");
    }
    pthread_t thread;
    run("main");
    pthread_create(&thread, NULL, run, "thread");
    pthread_join(thread, NULL);
}
//#File:owner.c
__thread int shared = 40;
int *by_owner(void) { return &shared; }
//#File:user.c
extern __thread int shared;
int *by_user(void) { return &shared; }
//#File:static.c
extern __thread int shared;
int *by_static(void) { return &shared; }
