// Two names of one file are one object.
//#Prepare:gcc -shared -fPIC -Wl,-soname,libone.so -o libone.so lib.c
//#Prepare:gcc -shared -fPIC -Wl,-soname,libtwo.so -o libtwo.so lib.c
//#Flags:-Wl,--no-as-needed -L. -lone -ltwo
//#Script:ln -sf libone.so libtwo.so
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    libone.so => @DIR@/libone.so (RUNPATH of ./prog)
//#Expect:    libtwo.so => @DIR@/libone.so (already loaded; @DIR@/libtwo.so is the same file, RUNPATH of ./prog)
//#Exit:0
int f(void);
int main(void) { return f(); }
//#File:lib.c
int f(void) { return 0; }
