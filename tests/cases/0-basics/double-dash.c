// By name, `--` ends the options, and one right behind the program separates its arguments: these arrive, a further `--` too.
//#By:name
//#Loader:--
//#Args:-- -x --
//#Expect:-x
//#Expect:--
//#Expect:2 arguments
//#NoOracle:glibc's loader knows no `--`
#include <stdio.h>

int main(int argc, char **argv) {
    for (int i = 1; i < argc; i++)
        puts(argv[i]);
    printf("%d arguments\n", argc - 1);
}
