// Without a tunable three libcs fit beside the program's; when the room for static TLS is used up, the message says so.
//#Plugin:lib.c:-ftls-model=initial-exec
//#Requires:glibc>=2.33
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    int count = 0;
    void *handle, *handles[20];
    while (count < 20 && (handle = dlmopen(LM_ID_NEWLM, "./liblib.so", RTLD_NOW)))
        handles[count++] = handle;
    const char *error = dlerror();
    printf("at least three: %d, not all: %d\n", count >= 3, count < 15);
    printf("%s\n", error && strstr(error, "cannot allocate memory in static TLS block") ? "no room in the static TLS block" : error);
    printf("the others still work: %d\n", ((char *(*)(void))dlsym(handles[0], "place"))() != ((char *(*)(void))dlsym(handles[1], "place"))());
}
//#File:lib.c
static __thread char block[100];
char *place(void) { return block; }
