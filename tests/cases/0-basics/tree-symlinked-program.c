// $ORIGIN is the directory of the file that the kernel would start, not that of the link to it.
//#Shared:lib.c
//#Script:mkdir -p links && ln -sf ../prog links/prog
//#Wrap:@LD@ --tree ./links/prog
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    liblib.so => @DIR@/liblib.so (RUNPATH of ./links/prog)
//#Exit:0
int f(void);
int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
