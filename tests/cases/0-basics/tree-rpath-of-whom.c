// The RPATH that led to a library may be another object's than the one that needs it.
//#Plugin:in/libinner.so=inner.c
//#Shared:lib.c:-norpath -Lin -linner
//#Flags:-Wl,--disable-new-dtags -Wl,-rpath,@DIR@:@DIR@/in -norpath
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    liblib.so => @DIR@/liblib.so (RPATH of ./prog)
//#Expect:        libinner.so => @DIR@/in/libinner.so (RPATH of ./prog)
//#Expect:            not @DIR@/libinner.so (RPATH of ./prog): No such file or directory
int f(void);
int main(void) { return f(); }
//#File:lib.c
int g(void);
int f(void) { return g(); }
//#File:inner.c
int g(void) { return 0; }
