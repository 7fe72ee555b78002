// A listing has glibc's line about a missing version and nothing else.
//#Shared:lib.c:-Wl,--version-script=new.map
//#Script:gcc -shared -fPIC -Wl,-soname,liblib.so -Wl,--version-script=old.map -o liblib.so lib.c
//#Wrap:@LD@ --list ./prog 2>&1 >/dev/null | wc -l
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:1
int value(void);

int main(void) { return value(); }
//#File:lib.c
int value(void) { return 5; }
//#File:new.map
V1 { };
V2 { global: value; } V1;
//#File:old.map
V1 { global: value; };
