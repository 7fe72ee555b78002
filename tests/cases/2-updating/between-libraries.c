// Calls from another library, through its own PLT and GOT and through a pointer that it has kept since its constructor.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Shared:user.c:./liblib.so -fno-plt
//#Shared:lazy.c:./liblib.so -Wl,-z,lazy
//#Send:ask
//#Expect:old old
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:new new
#include <stdio.h>

const char *by_user(void), *by_lazy(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        printf("%s %s\n", by_user(), by_lazy());
        fflush(stdout);
    }
}
//#File:user.c
const char *answer(void);
const char *by_user(void) { return answer(); }
//#File:lazy.c
const char *answer(void);
const char *by_lazy(void) { return answer(); }
//#File:lib.c
#ifdef NEW
const char *answer(void) { return "new"; }
#else
const char *answer(void) { return "old"; }
#endif
