// The smallest stack that a thread can have is enough for dlopen with dependencies and thread-local data, for a missing library,
// dlsym, a first call and dlclose; two pages above what the kernel needs for a signal are enough for a first call in its handler.
//#Plugin:libbase.so=base.c
//#Plugin:liblib.so=lib.c:-L. -lbase -Wl,-z,lazy
//#Shared:lazy.c:-Wl,-z,lazy
//#Flags:-Wl,-z,lazy
//#Expect:no such library
//#Expect:opened: 42
//#Expect:closed
//#Expect:first call: 7
//#Expect:first call in a handler: 8
#include <dlfcn.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

int lazy(void), lazy_in_handler(void);

static int got;

static void write_line(const char *text) {
    if (write(1, text, strlen(text)) < 0)
        _exit(1);
}

static void *small(void *unused) {
    (void)unused;
    if (!dlopen("libmissing.so", RTLD_NOW) && dlerror())
        write_line("no such library\n");
    void *lib = dlopen("./liblib.so", RTLD_LAZY);
    int (*answer)(void) = lib ? (int (*)(void))dlsym(lib, "answer") : NULL;
    write_line(answer && answer() == 42 ? "opened: 42\n" : "not opened\n");
    if (lib && dlclose(lib) == 0)
        write_line("closed\n");
    write_line(lazy() == 7 ? "first call: 7\n" : "wrong\n");
    return NULL;
}

static void handler(int number) {
    (void)number;
    got = lazy_in_handler();
}

int main(void) {
    pthread_attr_t attributes;
    pthread_t thread;
    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, PTHREAD_STACK_MIN);
    if (pthread_create(&thread, &attributes, small, NULL) != 0)
        return 1;
    pthread_join(thread, NULL);
    stack_t stack = {.ss_size = 8192 + getauxval(51 /* AT_MINSIGSTKSZ */)};
    stack.ss_sp = malloc(stack.ss_size);
    struct sigaction action = {.sa_handler = handler, .sa_flags = SA_ONSTACK};
    sigaltstack(&stack, NULL);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    printf("first call in a handler: %d\n", got);
}
//#File:lazy.c
int lazy(void) { return 7; }
int lazy_in_handler(void) { return 8; }
//#File:lib.c
int base(void);
static __thread int own = 2;
int answer(void) { return base() + own; }
//#File:base.c
static __thread int own = 40;
int base(void) { return own; }
