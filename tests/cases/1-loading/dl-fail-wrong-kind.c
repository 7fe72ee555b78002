// ELF files of another kind: class, byte order, machine, version, type, OS ABI, size of program headers; each with its text.
//#Copy:tests/runner/left_behind.h
//#Plugin:good.c
//#Script:patch() { cp libgood.so $1.so; printf "$3" | dd of=$1.so bs=1 seek=$2 conv=notrunc status=none; }; patch class 4 '\001'; patch order 5 '\002'; patch ident 6 '\002'; patch osabi 7 '\011'; patch abiversion 8 '\011'; patch padding 10 '\001'; patch machine 18 '\267'; patch version 20 '\002'; patch relocatable 16 '\001'; patch core 16 '\004'; patch phentsize 54 '\040'
#include "left_behind.h"

int main(void) {
    static const char *names[] = {"./class.so", "./order.so", "./ident.so", "./osabi.so", "./abiversion.so", "./padding.so", "./machine.so", "./version.so", "./relocatable.so", "./core.so", "./phentsize.so"};
    for (unsigned i = 0; i < sizeof names / sizeof *names; i++)
        fails(names[i], RTLD_NOW);
    remove(names[0]);
    link("libgood.so", names[0]);
    works(names[0], RTLD_NOW);
}
//#File:good.c
int answer(void) { return 42; }
