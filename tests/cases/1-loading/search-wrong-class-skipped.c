// While searching, a file for another machine or class is passed over and the search goes on.
//#Plugin:good/liba.so=a.c:-norpath
//#Flags:-norpath good/liba.so
//#Script:mkdir class machine; cp good/liba.so class/; cp good/liba.so machine/; printf '\001' | dd of=class/liba.so bs=1 seek=4 conv=notrunc status=none; printf '\267' | dd of=machine/liba.so bs=1 seek=18 conv=notrunc status=none
//#Env:LD_LIBRARY_PATH=@DIR@/class:@DIR@/machine:@DIR@/good
//#Expect:found
#include <stdio.h>

const char *a(void);

int main(void) { puts(a()); }
//#File:a.c
const char *a(void) { return "found"; }
