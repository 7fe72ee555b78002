// DT_PREINIT_ARRAY of the program runs before the libraries' constructors.
//#Shared:lib.c
//#Script:readelf -dW prog | grep -q PREINIT_ARRAY
//#Args:argument
#include <stdio.h>
#include <unistd.h>

static void early(int argc, char **argv, char **envp) {
    write(1, argc == 2 && argv[1][0] == 'a' && envp[0] ? "preinit\n" : "no args\n", 8);
}
__attribute__((section(".preinit_array"), used)) static void (*entry)(int, char **, char **) = early;

int main(void) { puts("main"); }
//#File:lib.c
#include <unistd.h>
__attribute__((constructor)) static void begin(void) { write(1, "library\n", 8); }
