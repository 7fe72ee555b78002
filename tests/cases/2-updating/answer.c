// A library gets an answer while the program runs.
//#Shared:answer.c
//#Version:2:answer.c:-DANSWER=42
//#Send:ask
//#Expect:(no answer)
//#Update:libanswer.so=2
//#Status:updated to new version
//#Send:ask
//#Expect:42
//#Reject:(no answer)
//#Send:ask
//#Expect:42
#include <stdio.h>

const char *answer(void);

int main(void) {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        puts(answer());
        fflush(stdout);
    }
}
//#File:answer.c
#define TEXT(x) #x
#define STRING(x) TEXT(x)

const char *answer(void) {
#ifdef ANSWER
    return STRING(ANSWER);
#else
    return "(no answer)";
#endif
}
