// A resolver that calls into libc (itself full of IFUNCs) and reads relocated data of its own.
//#Shared:lib.c:-Wl,-z,now
//#Expect:long
#include <stdio.h>

const char *chosen(void);

int main(void) { puts(chosen()); }
//#File:lib.c
#include <string.h>
static const char *const words[] = {"short", "a long word"};
static const char *is_short(void) { return "short"; }
static const char *is_long(void) { return "long"; }
static void *choose(void) { return strlen(words[1]) > 5 && !memcmp(words[0], "short", 5) ? is_long : is_short; }
const char *chosen(void) __attribute__((ifunc("choose")));
