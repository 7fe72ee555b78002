// _dl_find_object in a signal handler that interrupts dlopen and dlclose anywhere: it never waits and never misses.
//#Requires:glibc>=2.35
//#Plugin:lib.c
//#Plugin:kept.c
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <signal.h>
#include <stdio.h>
#include <sys/time.h>

static volatile sig_atomic_t signals, wrong;
static void *kept, *function;

static void handler(int number) {
    struct dl_find_object object;
    signals++;
    wrong += _dl_find_object(function, &object) != 0 || object.dlfo_link_map != kept;
}

int main(void) {
    kept = dlopen("./libkept.so", RTLD_NOW), function = dlsym(kept, "kept");
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_RESTART};
    sigaction(SIGPROF, &action, NULL);
    struct itimerval often = {{0, 1000}, {0, 1000}};
    setitimer(ITIMER_PROF, &often, NULL);
    int rounds = 0, opened = 0;
    for (; rounds < 300 || signals < 20; rounds++) {
        void *lib = dlopen("./liblib.so", rounds % 2 ? RTLD_NOW : RTLD_LAZY);
        opened += ((int (*)(void))dlsym(lib, "answer"))() == 3;
        dlclose(lib);
    }
    often = (struct itimerval){0};
    setitimer(ITIMER_PROF, &often, NULL);
    printf("wrong: %d, interrupted: %d, opened always: %d\n", (int)wrong, signals >= 20, opened == rounds);
}
//#File:lib.c
__thread int value = 3;
int answer(void) { return value; }
//#File:kept.c
int kept(void) { return 1; }
