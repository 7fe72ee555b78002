// Filters and auxiliaries are told apart from dependencies; an auxiliary may be missing.
//#Requires:glibc>=2.34
//#Shared:lib.c:-Wl,-F,libfiltee.so -Wl,-f,libgone.so
//#Plugin:filtee.c
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:        filter libfiltee.so => @DIR@/libfiltee.so (RUNPATH of @DIR@/liblib.so)
//#Expect:        auxiliary libgone.so => not found
//#Expect:5 objects; nothing is missing
//#Exit:0
int f(void);
int main(void) { return f(); }
//#File:lib.c
int f(void) { return 1; }
//#File:filtee.c
int f(void) { return 0; }
