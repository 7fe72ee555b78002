// Symbols that would stay unresolved: those of calls and those of data; a weak one is no lack.
//#Requires:glibc>=2.34
//#Prepare:gcc -shared -fPIC -Wl,-soname,liblib.so -o liblib.so lib.c
//#Flags:-Wl,--no-as-needed -L. -llib -Wl,--unresolved-symbols=ignore-all
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Reject:    @DIR@/liblib.so needs maybe...
//#Expect:Unresolved symbols:
//#Expect:    @DIR@/liblib.so needs number (data)
//#Expect:    @DIR@/liblib.so needs call (function)
//#Expect:4 objects; missing: 2 symbols
//#Exit:1
int main(void) { return 0; }
//#File:lib.c
extern int number;
int call(void);
__attribute__((weak)) int maybe(void);
int f(void) { return number + call() + (maybe ? maybe() : 0); }
