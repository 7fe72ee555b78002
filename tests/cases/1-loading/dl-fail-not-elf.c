// What is no ELF file at all: text, nothing, a directory, zeros, a device; each told, nothing left, the right file opens after them.
//#Copy:tests/runner/left_behind.h
//#Plugin:good.c
//#Script:echo 'hello, this is long enough to be a header but it is none, whatever you may think of it' > text.so; : > empty.so; mkdir folder.so; head -c 5000 /dev/zero > zeros.so; printf '\177ELF' > magic.so; ln -s nowhere dangling.so; ln -s loop.so loop.so
#include "left_behind.h"

int main(void) {
    static const char *names[] = {"./text.so", "./empty.so", "./folder.so", "./zeros.so", "./magic.so", "./dangling.so", "./loop.so", "./good.so/x", "/dev/null"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        fails(names[i], i % 2 ? RTLD_NOW : RTLD_LAZY);
    for (int i = 0; i < 5; i++) {
        if (i == 2)
            continue;
        remove(names[i]);
        link("libgood.so", names[i]);
        works(names[i], RTLD_NOW);
    }
}
//#File:good.c
int answer(void) { return 42; }
