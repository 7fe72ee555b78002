// LD_DEBUG=tls tells where thread-local storage is.
//#NoOracle:the word is not known to every glibc
//#Shared:lib.c
//#Env:LD_DEBUG=tls
//#Copy:tests/normalise.sh
//#Plugin:plug.c
//#Wrap:"$@" 2>&1 | sh ./normalise.sh
//#Expect:tls: DIR/liblib.so [0] is module 1: 4 bytes, ...
//#Expect:tls: ./libplug.so [0] is module 3: 8 bytes, allocated for each thread that uses it
#include <dlfcn.h>
int f(void);

int main(void) { return f() - 7 || !dlopen("./libplug.so", RTLD_NOW); }
//#File:lib.c
__thread int value = 7;
int f(void) { return value; }
//#File:plug.c
__thread long value = 7;
long g(void) { return value; }
