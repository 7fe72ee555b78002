// __cxa_thread_atexit_impl with a library's handle: counted for each registration, given back one by one, in threads too.
//#Plugin:lib.c
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

static int there(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW | RTLD_NOLOAD);
    if (handle)
        dlclose(handle);
    return handle != NULL;
}

static void *run(void *lib) {
    void (*add)(const char *) = (void (*)(const char *))dlsym(lib, "add");
    add("first"), add("second"), add("again");
    dlclose(lib);
    printf("closed in the thread, there: %d\n", there());
    return NULL;
}

int main(void) {
    for (int round = 0; round < 3; round++) {
        pthread_t thread;
        pthread_create(&thread, NULL, run, dlopen("./liblib.so", RTLD_NOW));
        pthread_join(thread, NULL);
        void *lib = dlopen("./liblib.so", RTLD_NOW);
        printf("kept its state: %d\n", ((int (*)(void))dlsym(lib, "calls"))());
        dlclose(lib);
        printf("there: %d\n", there());
    }
}
//#File:lib.c
#include <stdio.h>
extern int __cxa_thread_atexit_impl(void (*)(void *), void *, void *);
extern void *__dso_handle;
static int count;
static void last(void *what) { printf("%s\n", (const char *)what), count++; }
void add(const char *what) {
    __cxa_thread_atexit_impl(last, (void *)what, &__dso_handle);
    if (what[0] == 'a')
        __cxa_thread_atexit_impl((void (*)(void *))add, "registered while it ends", &__dso_handle);
}
int calls(void) { return count; }
__attribute__((destructor)) static void end(void) { puts("-lib"); }
