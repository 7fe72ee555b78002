// With updates on, valgrind's own malloc is in use and the program has no errors.
//#Shared:lib.c
//#Env:LD_DYNAMIC_UPDATE=1
//#Requires:tool:valgrind
//#Requires:host
//#Wrap:exec valgrind -q --error-exitcode=9 "$@"
//#NoOracle:under the system's loader valgrind is its own to test
//#Expect:7 under valgrind
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int answer(void);

int main(void) {
    setlocale(LC_ALL, "C.UTF-8");
    char *text = strdup("under valgrind");
    printf("%d %s\n", answer(), text);
    free(text);
}
//#File:lib.c
int answer(void) { return 7; }
