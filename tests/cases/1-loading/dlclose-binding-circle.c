// Two libraries that are bound to each other by lazy calls only: closing one keeps it, closing both takes both.
//#Plugin:ping.c:-Wl,-z,lazy
//#Plugin:pong.c:-Wl,-z,lazy
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    for (int round = 0; round < 2; round++) {
        void *ping = dlopen("./libping.so", RTLD_LAZY | RTLD_GLOBAL), *pong = dlopen("./libpong.so", RTLD_LAZY | RTLD_GLOBAL);
        int (*count)(int) = (int (*)(int))dlsym(ping, "ping");
        printf("%d\n", count(5));
        dlclose(round ? ping : pong);
        printf("one closed: %d\n", count(3));
        dlclose(round ? pong : ping);
        printf("there: %d %d\n", dlopen("./libping.so", RTLD_NOW | RTLD_NOLOAD) != NULL, dlopen("./libpong.so", RTLD_NOW | RTLD_NOLOAD) != NULL);
    }
}
//#File:ping.c
#include <stdio.h>
int pong(int);
int ping(int n) { return n ? pong(n - 1) + 1 : 0; }
__attribute__((destructor)) static void end(void) { puts("ping or pong ends"); }
//#File:pong.c
#include <stdio.h>
int ping(int);
int pong(int n) { return n ? ping(n - 1) + 1 : 0; }
__attribute__((destructor)) static void end(void) { puts("ping or pong ends"); }
