// What was tried before: LD_LIBRARY_PATH has a directory that does not exist and one without the library.
//#Shared:lib.c
//#Script:mkdir -p empty
//#Env:LD_LIBRARY_PATH=@DIR@/gone:@DIR@/empty
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    liblib.so => @DIR@/liblib.so (RUNPATH of ./prog)
//#Expect:        not @DIR@/gone/liblib.so (LD_LIBRARY_PATH): No such file or directory
//#Expect:        not @DIR@/empty/liblib.so (LD_LIBRARY_PATH): No such file or directory
//#Exit:0
int f(void);
int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
