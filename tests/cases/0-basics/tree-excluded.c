// What the user leaves out is told as such and does not count as missing; its symbols do.
//#Requires:glibc>=2.34
//#Shared:lib.c
//#Loader:--exclude liblib.so --tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    liblib.so => left out on request
//#Expect:3 objects; missing: 1 symbol
//#Exit:1
int f(void);
int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
