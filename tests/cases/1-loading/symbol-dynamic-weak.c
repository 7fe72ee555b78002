// LD_DYNAMIC_WEAK: the old rule, by which a strong definition wins over an earlier weak one.
//#Shared:weak.c
//#Shared:strong.c
//#Env:LD_DYNAMIC_WEAK=1
//#Expect:strong
#include <stdio.h>

const char *both(void);

int main(void) { puts(both()); }
//#File:weak.c
__attribute__((weak)) const char *both(void) { return "weak"; }
//#File:strong.c
const char *both(void) { return "strong"; }
