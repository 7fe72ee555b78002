// A symbol whose version exists in the library but without it: the message names symbol and version.
//#Shared:lib.c:-DALL -Wl,--version-script=lib.map
//#Flags:-Wl,-z,now
//#Script:gcc -O1 -shared -fPIC -Wl,-soname,liblib.so -Wl,--version-script=lib.map -o liblib.so lib.c
//#Exit:127
//#Stderr:symbol lookup error
//#Stderr:undefined symbol: g, version V1
int f(void), g(void);

int main(void) { return f() + g(); }
//#File:lib.c
int f(void) { return 0; }
#ifdef ALL
int g(void) { return 0; }
#endif
//#File:lib.map
V1 { global: f; g; };
