// A library that is missing: who needs it, by which way, and what was tried.
//#Prepare:gcc -shared -fPIC -Wl,-soname,libin.so -Wl,--version-script=in.map -o libin.so in.c
//#Prepare:gcc -shared -fPIC -Wl,-soname,liba.so -Wl,-rpath,@DIR@ -o liba.so a.c -L. -lin
//#Prepare:gcc -shared -fPIC -Wl,-soname,libb.so -Wl,-rpath,@DIR@ -Wl,--no-as-needed -o libb.so b.c -L. -lin -la
//#Flags:-Wl,--no-as-needed -L. -la -lb -Wl,-rpath-link,.
//#Script:rm libin.so
//#Loader:--why libin.so
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:libin.so is missing
//#Expect:    @DIR@/liba.so asks for it:
//#Expect:        libin.so => not found
//#Expect:            not @DIR@/libin.so (RUNPATH of @DIR@/liba.so): No such file or directory
//#Expect:./prog -[liba.so]-> @DIR@/liba.so -[libin.so]-> nothing
//#Exit:1
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
