// With updates on, a program without threads of its own enters a user namespace, which is closed to processes with several.
//#Shared:lib.c
//#Env:LD_DYNAMIC_UPDATE=1
//#Requires:file:/proc/self/ns/user
//#Expect:7
#define _GNU_SOURCE
#include <sched.h>
#include <stdio.h>

int answer(void);

int main(void) {
    printf("%d\n", answer());
    printf("user namespace: %d\n", unshare(CLONE_NEWUSER));
    printf("unknown flag: %d\n", unshare(1));
}
//#File:lib.c
int answer(void) { return 7; }
