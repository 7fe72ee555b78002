// With updates on, execve replaces the process as ever.
//#By:interp
//#Env:LD_DYNAMIC_UPDATE=1
//#Expect:again
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc > 1)
        return puts(argv[1]), 0;
    execl("./prog", "./prog", "again", NULL);
    return 1;
}
