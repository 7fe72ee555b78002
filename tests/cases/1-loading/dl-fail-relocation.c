// Relocation fails late: a TLS symbol that nobody has, data that nobody has in a dependency; what was relocated before is undone.
//#Copy:tests/runner/left_behind.h
//#Plugin:first.c
//#Plugin:tls.c:./libfirst.so -DTLS
//#Plugin:data.c
//#Plugin:user.c:./libfirst.so ./libdata.so
#include "left_behind.h"

int main(void) {
    fails("./libtls.so", RTLD_LAZY);
    fails("./libtls.so", RTLD_NOW);
    fails("./libuser.so", RTLD_LAZY);
    works("./libfirst.so", RTLD_NOW);
}
//#File:first.c
#include <stdio.h>
__thread int first = 1;
int answer(void) { return first; }
__attribute__((constructor)) static void begin(void) { puts("first begins"); }
//#File:tls.c
extern __thread int nowhere_tls, first;
int use(void) { return nowhere_tls + first; }
//#File:data.c
extern int nowhere_data;
int *pointer = &nowhere_data;
int data(void) { return *pointer; }
//#File:user.c
int data(void);
int use(void) { return data(); }
