// A lazily bound call of a function that the symbol table puts where no code is: the program ends with a sentence, not by a signal.
//#NoOracle:glibc jumps there
//#Copy:tests/runner/damage.py
//#Plugin:good.c:-Wl,-z,lazy
//#Script:python3 damage.py libgood.so list
//#Expect:opened
//#Message:./damaged: a called symbol lies outside the executable segments
//#Reject:returned
//#Exit:127
#include <dlfcn.h>
#include <stdio.h>

int main(void) {
    void *library = dlopen("./damaged", RTLD_LAZY);
    puts(library ? "opened" : dlerror());
    fflush(stdout);
    ((int (*)(void))dlsym(library, "good"))();
    puts("returned");
}
//#File:good.c
int data = 7;
int other(void) { return 3; }
int good(void) { return 1 + other(); }
//#File:list
damaged s.other.value=0x4000
