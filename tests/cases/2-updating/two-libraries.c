// Two libraries that are replaced one after the other.
//#Shared:a.c
//#Shared:b.c
//#Version:2:a.c:-DN='"2"'
//#Version:2:b.c:-DN='"2"'
//#Send:ask
//#Expect:a1 b1
//#Update:liba.so=2
//#Status:updated to new version) for liba.so
//#Send:ask
//#Expect:a2 b1
//#Update:libb.so=2
//#Status:updated to new version) for libb.so
//#Send:ask
//#Expect:a2 b2
#include <stdio.h>

const char *a(void), *b(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        printf("%s %s\n", a(), b());
        fflush(stdout);
    }
}
//#File:a.c
#ifndef N
#define N "1"
#endif
const char *a(void) { return "a" N; }
//#File:b.c
#ifndef N
#define N "1"
#endif
const char *b(void) { return "b" N; }
