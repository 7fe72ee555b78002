// With updates on, exit(2) of the only thread ends the process, with that thread's status.
//#Env:LD_DYNAMIC_UPDATE=1
//#Shared:lib.c
//#Exit:7
#include <sys/syscall.h>
#include <unistd.h>

int f(void);

int main(void) { syscall(SYS_exit, f()); }
//#File:lib.c
int f(void) { return 7; }
