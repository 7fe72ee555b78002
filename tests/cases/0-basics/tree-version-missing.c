// A missing version: who needs it for which symbol, and what is there instead.
//#Requires:glibc>=2.34
//#Shared:lib.c:-Wl,--version-script=new.map
//#Script:gcc -shared -fPIC -Wl,-soname,liblib.so -Wl,--version-script=old.map -o liblib.so lib.c
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    ./prog needs V2 of liblib.so => not found in @DIR@/liblib.so
//#Expect:        for symbol value, which is there in V1
//#Expect:        defined there: V1
//#Expect:    ./prog needs value@V2 (...
//#Expect:4 objects; missing: 1 version, 1 symbol
//#Exit:1
int value(void);

int main(void) { return value(); }
//#File:lib.c
int value(void) { return 5; }
//#File:new.map
V1 { };
V2 { global: value; } V1;
//#File:old.map
V1 { global: value; };
