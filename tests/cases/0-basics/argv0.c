// By name, --argv0 gives the program another argv[0].
//#By:name
//#Requires:glibc>=2.33
//#Loader:--argv0 'other name'
//#Args:x
//#Expect:other name
//#Expect:x
#include <stdio.h>

int main(int argc, char **argv) {
    for (int i = 0; i < argc; i++)
        puts(argv[i]);
}
