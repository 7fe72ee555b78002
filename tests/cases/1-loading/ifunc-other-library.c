// A library's constructor calls an IFUNC of another library that comes later in the scope.
//#Shared:impl.c
//#Shared:user.c:./libimpl.so
//#Flags:-nolibs ./libuser.so -Wl,-rpath-link,.
//#Expect:constructor: chosen
//#Expect:main: chosen
#include <stdio.h>

const char *ask(void);

int main(void) { printf("main: %s\n", ask()); }
//#File:user.c
#include <stdio.h>
const char *chosen(void);
const char *(*table[])(void) = {chosen};
const char *ask(void) { return table[0](); }
__attribute__((constructor)) static void begin(void) { printf("constructor: %s\n", chosen()); }
//#File:impl.c
static const char *right(void) { return "chosen"; }
static void *choose(void) { return right; }
const char *chosen(void) __attribute__((ifunc("choose")));
