// The tree names the rule by which each library was found, and is complete.
//#Requires:glibc>=2.34
//#Shared:lib.c
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:./prog (program, interpreter /lib64/ld-linux-x86-64.so.2)
//#Expect:    liblib.so => @DIR@/liblib.so (RUNPATH of ./prog)
//#Expect:        libc.so.6 => /...
//#Expect:    libc.so.6 => /...
//#Expect:        ld-linux-x86-64.so.2 => @LD@ (the loader)
//#Expect:Versions:
//#Expect:    ./prog needs ...
//#Expect:4 objects; nothing is missing
//#Exit:0
int f(void);
int main(void) { return f(); }
//#File:lib.c
int printf(const char *, ...);
int f(void) { return printf("") + 5; }
