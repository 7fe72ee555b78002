// Constructors of libraries get argc, argv and envp.
//#Shared:lib.c
//#Args:one two
//#Env:KEY=value
//#Expect:3 arguments, the last two; KEY=value found
#include <stdio.h>

int main(void) { puts("main"); }
//#File:lib.c
#include <stdio.h>
#include <string.h>
__attribute__((constructor)) static void begin(int argc, char **argv, char **envp) {
    int found = 0;
    for (char **e = envp; *e; e++)
        found |= !strcmp(*e, "KEY=value");
    printf("%d arguments, the last %s; KEY=value %s\n", argc, argv[argc - 1], found ? "found" : "missing");
}
