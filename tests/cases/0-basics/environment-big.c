// A large environment and many arguments are passed on, and setenv works afterwards.
//#Wrap:big=$(head -c 60000 /dev/zero | tr '\0' y); set -- "$@" $(seq 1 2000); n=1; while [ $n -le 30 ]; do export BIG$n=$big; n=$((n+1)); done; exec "$@"
//#Env:LAST=here
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern char **environ;

int main(int argc, char **argv) {
    printf("%d arguments, the last %s\n", argc, argv[argc - 1]);
    printf("LAST=%s\n", getenv("LAST"));
    setenv("NEW", "set", 1);
    printf("NEW=%s, NONE=%s\n", getenv("NEW"), getenv("NONE") ? "set" : "unset");
    int count = 0;
    for (char **e = environ; *e; e++)
        count++;
    printf("%d variables\n", count);
}
