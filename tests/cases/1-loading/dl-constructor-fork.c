// A constructor forks; the child, inside the same dlopen, opens and closes other libraries, and goes on to the end like the parent.
//#Plugin:lib.c
//#Plugin:other.c
#include <dlfcn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    setvbuf(stdout, NULL, _IONBF, 0);
    void *lib = dlopen("./liblib.so", RTLD_NOW);
    int is_child = *(int *)dlsym(lib, "is_child");
    printf("%s: opened\n", is_child ? "child" : "parent");
    void *other = dlopen("./libother.so", RTLD_NOW);
    printf("%s: %d\n", is_child ? "child" : "parent", ((int (*)(void))dlsym(other, "other"))());
    dlclose(other), dlclose(lib);
    if (is_child)
        _exit(0);
}
//#File:lib.c
#include <dlfcn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int is_child;
__attribute__((constructor)) static void begin(void) {
    pid_t child = fork();
    is_child = child == 0;
    if (is_child) {
        void *other = dlopen("./libother.so", RTLD_NOW);
        printf("child's constructor: %d\n", ((int (*)(void))dlsym(other, "other"))());
        dlclose(other);
    } else {
        int status;
        waitpid(child, &status, 0);
        printf("child's status %d\n", status);
    }
}
__attribute__((destructor)) static void end(void) { printf("%s ends\n", is_child ? "child" : "parent"); }
//#File:other.c
int other(void) { return 5; }
