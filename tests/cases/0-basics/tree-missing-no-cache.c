// Without the cache nothing is said of it.
//#Shared:lib.c
//#Script:rm liblib.so
//#Loader:--inhibit-cache --tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Reject:        not in ld.so.cache
//#Expect:    liblib.so => not found
//#Exit:1
int f(void);
int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
