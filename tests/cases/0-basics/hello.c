// The smallest program: output, arguments and exit status arrive.
//#Args:one 'two words' ''
//#Expect:hello
//#Exit:7
#include <stdio.h>

int main(int argc, char **argv) {
    puts("hello");
    for (int i = 1; i < argc; i++)
        printf("%d: '%s'\n", i, argv[i]);
    return 7;
}
