// Every word of LD_DEBUG tells the calls of constructors and destructors, also where an object has none.
//#Shared:answer.c:-nostartfiles
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=versions
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:calling preinit: ./prog
//#Expect:calling init: /lib/x86_64-linux-gnu/libc.so.6
//#Expect:initialize program: ./prog
#include <stdio.h>
int answer(void);

static void early(void) {}
__attribute__((section(".preinit_array"), used)) static void (*const first)(void) = early;

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
