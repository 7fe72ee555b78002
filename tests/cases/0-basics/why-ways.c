// Every way to a library, and by which symbols and versions each object uses it.
//#Prepare:gcc -shared -fPIC -Wl,-soname,libin.so -Wl,--version-script=in.map -o libin.so in.c
//#Prepare:gcc -shared -fPIC -Wl,-soname,liba.so -Wl,-rpath,@DIR@ -o liba.so a.c -L. -lin
//#Prepare:gcc -shared -fPIC -Wl,-soname,libb.so -Wl,-rpath,@DIR@ -Wl,--no-as-needed -o libb.so b.c -L. -lin -la
//#Flags:-Wl,--no-as-needed -L. -la -lb -Wl,-rpath-link,.
//#Loader:--why libin.so
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:libin.so is @DIR@/libin.so
//#Expect:./prog -[liba.so]-> @DIR@/liba.so -[libin.so]-> @DIR@/libin.so
//#Expect:./prog -[libb.so]-> @DIR@/libb.so -[libin.so]-> @DIR@/libin.so
//#Expect:./prog -[libb.so]-> @DIR@/libb.so -[liba.so]-> @DIR@/liba.so -[libin.so]-> @DIR@/libin.so
//#Expect:@DIR@/liba.so needs libin.so: 2 symbols
//#Expect:    symbols: one@V1 two@V2
//#Expect:    versions: V1 V2
//#Expect:@DIR@/libb.so needs libin.so: uses nothing of it
//#Exit:0
int main(void) { return 0; }
//#File:in.c
int one(void) { return 1; }
int two(void) { return 2; }
//#File:in.map
V1 { global: one; };
V2 { global: two; };
//#File:a.c
int one(void);
int two(void);
int a(void) { return one() + two(); }
//#File:b.c
int b(void) { return 0; }
