// A library can be asked about too, also one that its own dependency needs and that has no soname.
//#Prepare:gcc -shared -fPIC -o liba.so a.c && gcc -shared -fPIC -Wl,-soname,libb.so -Wl,-rpath,@DIR@ -Wl,--no-as-needed -o libb.so b.c -L. -la
//#Prepare:gcc -shared -fPIC -Wl,-rpath,@DIR@ -Wl,--no-as-needed -o liba.so a.c -L. -lb
//#Wrap:@LD@ --tree ./liba.so
//#By:name
//#NoOracle:the system's loader has no such option
//#Expect:./liba.so (library)
//#Expect:    libb.so => @DIR@/libb.so (RUNPATH of ./liba.so)
//#Expect:        liba.so => ./liba.so (the file itself)
//#Exit:0
int main(void) { return 0; }
//#File:a.c
int f(void) { return 0; }
//#File:b.c
int g(void) { return 0; }
