// A child of fork tells under its own number.
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=bindings
//#Wrap:"$@" 2>&1 >/dev/null | grep -E "^ *[0-9]+:" | cut -d: -f1 | sort -u | wc -l
//#Expect:2
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void) {
    if (fork() == 0)
        exit(labs(-7) - 7);
    int status;
    return wait(&status) < 0 || status;
}
