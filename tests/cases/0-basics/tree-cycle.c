// Libraries that need each other: each is unfolded once.
//#Prepare:gcc -shared -fPIC -Wl,-soname,libb.so -o libb.so b.c
//#Prepare:gcc -shared -fPIC -Wl,-soname,liba.so -Wl,-rpath,@DIR@ -o liba.so a.c -L. -lb
//#Prepare:gcc -shared -fPIC -Wl,-soname,libb.so -Wl,-rpath,@DIR@ -Wl,--no-as-needed -o libb.so b.c -L. -la
//#Flags:-L. -la -Wl,-rpath-link,.
//#Loader:--tree
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:    liba.so => @DIR@/liba.so (RUNPATH of ./prog)
//#Expect:        libb.so => @DIR@/libb.so (RUNPATH of @DIR@/liba.so)
//#Expect:            liba.so => @DIR@/liba.so (already loaded)
//#Exit:0
int f(void);
int main(void) { return f(); }
//#File:a.c
int g(void);
int f(void) { return g(); }
//#File:b.c
int g(void) { return 0; }
