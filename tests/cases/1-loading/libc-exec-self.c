// A program that executes itself again (through /proc/self/exe where it is the program) with an empty argument list.
//#By:interp
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

int main(int argc, char **argv) {
    if (argc > 1 || getenv("AGAIN"))
        return printf("%d arguments\n", argc), 0;
    char *none[] = {"", NULL}, *environment[] = {"AGAIN=1", NULL};
    execve("./prog", none, environment);
    return 1;
}
