// LD_WARN and LD_BIND_NOW report functions too (ldd -r).
//#Shared:lib.c
//#Flags:-Wl,--unresolved-symbols=ignore-all
//#By:interp
//#Env:LD_TRACE_LOADED_OBJECTS=1
//#Env:LD_WARN=1
//#Env:LD_BIND_NOW=1
//#Wrap:"$@" 2>err | sed -E "s/0x[0-9a-f]{16}/ADDRESS/; s,[^ 	]*/ld-(luci.so|linux[^ ]*),LOADER,; s,$PWD,DIR,"; sed "s,$PWD,DIR," err
//#Expect:undefined symbol: nothing	(DIR/liblib.so)
//#Expect:undefined symbol: nosuch	(DIR/liblib.so)
int f(void);

int main(void) { return f(); }
//#File:lib.c
int nosuch(void);
extern int nothing;
int *address = &nothing;
int f(void) { return nosuch(); }
