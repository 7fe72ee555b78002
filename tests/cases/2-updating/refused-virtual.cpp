// Objects of a class keep the virtual functions they were made with: a new version of the class with one more is refused, one with
// other code in them is taken.
//#Shared:lib.cpp:-s
//#Version:2:lib.cpp:-DMORE -s
//#Version:3:lib.cpp:-DNEW -s
//#Send:ask
//#Expect:old
//#Update:liblib.so=2
//#Status:the number of virtual functions of a class changes from 1 to 2
//#Update:liblib.so=3
//#Status:updated to new version
//#Send:ask
//#Expect:old, asked by new
#include <cstdio>

extern "C" const char *answer();

int main() {
    char line[100];
    while (fgets(line, sizeof line, stdin)) {
        puts(answer());
        fflush(stdout);
    }
}
//#File:lib.cpp
#include <cstdio>
namespace {
struct Speaker {
#ifdef MORE
    virtual const char *more() { return "more"; }
#endif
#ifdef NEW
    virtual const char *say() { return "new"; }
#else
    virtual const char *say() { return "old"; }
#endif
};
Speaker *made;
}
#ifdef NEW
#define BY ", asked by new"
#else
#define BY ""
#endif
extern "C" const char *answer() {
    static char text[40];
    if (!made) made = new Speaker;
    snprintf(text, sizeof text, "%s%s", made->say(), BY);
    return text;
}
