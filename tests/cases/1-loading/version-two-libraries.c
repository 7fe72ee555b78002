// Two libraries define the same name with different versions: each reference finds its own.
//#Shared:a.c:-Wl,--version-script=a.map
//#Shared:b.c:-Wl,--version-script=b.map
//#Shared:user.c:./libb.so
//#Expect:a b
#include <stdio.h>

const char *who(void), *who_else(void);

int main(void) { printf("%s %s\n", who(), who_else()); }
//#File:a.c
const char *who(void) { return "a"; }
//#File:b.c
const char *who(void) { return "b"; }
//#File:user.c
const char *who(void);
const char *who_else(void) { return who(); }
//#File:a.map
A { global: who; };
//#File:b.map
B { global: who; };
