// The leak check at exit: it stops the process from one that shares its memory, and walks the list of objects there.
//#Requires:cc:-fsanitize=address
//#Requires:host
//#Flags:-fsanitize=address
//#Env:ASAN_OPTIONS=detect_leaks=1
//#Stderr:SUMMARY: AddressSanitizer: 7 byte(s) leaked in 1 allocation(s).
//#Exit:1
#include <stdio.h>
#include <stdlib.h>

int main(void) {
    char *volatile p = malloc(7);
    p = NULL;
    puts("leaked");
    return p != NULL;
}
