// A list whose head points to itself: new code would compare the pointer with another address, so the update is refused.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Send:ask
//#Expect:old empty
//#Update:liblib.so=2
//#Status:a variable points into the library's own data, which new code has at another address: `head'
//#Send:ask
//#Expect:old empty
#include <stdio.h>

const char *word(void);
int is_empty(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        printf("%s %s\n", word(), is_empty() ? "empty" : "full");
        fflush(stdout);
    }
}
//#File:lib.c
static struct list { struct list *next, *former; } head;
int is_empty(void) {
    if (!head.next)
        head.next = head.former = &head;
    return head.next == &head;
}
#ifdef NEW
const char *word(void) { return "new"; }
#else
const char *word(void) { return "old"; }
#endif
