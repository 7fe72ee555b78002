// By name, --list does the same.
//#By:name
//#Loader:--list
//#Shared:lib.c
//#Wrap:"$@" | sed 's,/[.]/,/,; s/ (0x[0-9a-f]*)//; /ld-/d; s/^[[:space:]]*//'
//#Expect:liblib.so => ...
int f(void);

int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
