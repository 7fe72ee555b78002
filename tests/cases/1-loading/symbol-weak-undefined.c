// Weak undefined symbols are null; weak definitions give way to nothing, the first one counts.
//#Shared:weak.c
//#Shared:strong.c
//#Expect:missing: 0 0
//#Expect:weak
#include <stdio.h>

extern int nowhere __attribute__((weak));
void no_function(void) __attribute__((weak));
const char *both(void);

int main(void) {
    printf("missing: %d %d\n", &nowhere != NULL, no_function != NULL);
    puts(both());
}
//#File:weak.c
__attribute__((weak)) const char *both(void) { return "weak"; }
//#File:strong.c
const char *both(void) { return "strong"; }
