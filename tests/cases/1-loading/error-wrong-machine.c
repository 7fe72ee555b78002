// dlopen of a file for another machine fails with a message.
//#Plugin:lib.c
//#Script:printf '\267' | dd of=liblib.so bs=1 seek=18 conv=notrunc status=none
//#Expect:refused, naming the file
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

int main(void) {
    void *handle = dlopen("./liblib.so", RTLD_NOW);
    puts(handle ? "loaded" : strstr(dlerror(), "./liblib.so: ") ? "refused, naming the file" : "refused");
}
//#File:lib.c
int f(void) { return 0; }
