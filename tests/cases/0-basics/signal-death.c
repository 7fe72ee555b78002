// A program that dies of a signal is seen to die of that signal.
//#Expect:before
//#Exit:139
#include <signal.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    puts("before");
    fflush(stdout);
    raise(SIGSEGV);
}
