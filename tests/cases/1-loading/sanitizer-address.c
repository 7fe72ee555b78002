// The address sanitizer, which insists on being the first library, works.
//#Flags:-fsanitize=address -g
//#Requires:cc:-fsanitize=address
//#Requires:host
//#Expect:fine
//#Exit:1
//#Stderr:heap-buffer-overflow
//#Env:ASAN_OPTIONS=detect_leaks=0
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv) {
    volatile char *memory = malloc(10);
    puts("fine");
    fflush(stdout);
    return memory[9 + argc];
}
