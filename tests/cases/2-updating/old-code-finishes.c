// A call that is inside old code when the update comes returns from there; the next call is new code.
//#Shared:lib.c
//#Version:2:lib.c:-DNEW
//#Send:begin
//#Expect:old begins
//#Update:liblib.so=2
//#Status:updated to new version
//#Send:finish
//#Expect:old finishes
//#Send:begin
//#Expect:new begins
//#Send:finish
//#Expect:new finishes
#include <stdio.h>

int talk(void);

int main(void) {
    while (talk()) {
    }
}
//#File:lib.c
#include <stdio.h>
#ifdef NEW
#define WORD "new"
#else
#define WORD "old"
#endif
int talk(void) {
    char line[100];
    if (!fgets(line, sizeof line, stdin))
        return 0;
    puts(WORD " begins");
    fflush(stdout);
    if (!fgets(line, sizeof line, stdin))
        return 0;
    puts(WORD " finishes");
    fflush(stdout);
    return 1;
}
