// A missing library: everything that was tried, in order, and exit status 1. Its symbols stay unresolved.
//#Requires:glibc>=2.34
//#Shared:lib.c
//#Script:rm liblib.so
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    liblib.so => not found
//#Expect:        not @DIR@/liblib.so (RUNPATH of ./prog): No such file or directory
//#Expect:        not in ld.so.cache
//#Expect:        not /lib...
//#Expect:Unresolved symbols:
//#Expect:    ./prog needs f (...
//#Expect:3 objects; missing: 1 object, 1 symbol
//#Exit:1
int f(void);
int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
