// A program uses a library that only another library needs: the symbol has moved since it was linked.
//#Prepare:gcc -shared -fPIC -Wl,-soname,libin.so -o libin.so in.c
//#Prepare:gcc -shared -fPIC -Wl,-soname,liba.so -o liba.so in.c
//#Flags:-Wl,--no-as-needed -L. -la
//#Script:gcc -shared -fPIC -Wl,-soname,liba.so -Wl,-rpath,@DIR@ -Wl,--no-as-needed -o liba.so a.c -L. -lin
//#Loader:--why libin.so
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:./prog does not need it: 1 symbol
//#Expect:    symbols: one
//#Expect:@DIR@/liba.so needs libin.so: uses nothing of it
int one(void);
int main(void) { return one(); }
//#File:in.c
int one(void) { return 1; }
//#File:a.c
int a(void) { return 1; }
