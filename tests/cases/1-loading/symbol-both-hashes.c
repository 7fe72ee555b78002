// Both hash tables in a library, thousands of symbols, all of them found.
//#Prepare:for n in $(seq 1 3000); do echo "int f$n(void) { return $n; }"; done > many.c; gcc -shared -fPIC -Wl,--hash-style=both -Wl,-soname,libmany.so -o libmany.so many.c
//#Flags:./libmany.so
//#Expect:4501500
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    long sum = 0;
    for (int i = 1; i <= 3000; i++) {
        char name[10];
        snprintf(name, sizeof name, "f%d", i);
        int (*function)(void) = (int (*)(void))dlsym(RTLD_DEFAULT, name);
        sum += function ? function() : 0;
    }
    printf("%ld\n", sum);
}
