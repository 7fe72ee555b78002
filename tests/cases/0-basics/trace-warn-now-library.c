// A library linked with -z now has its functions reported with its data.
//#Shared:lib.c:-Wl,-z,now
//#Flags:-Wl,--unresolved-symbols=ignore-all
//#By:interp
//#Env:LD_TRACE_LOADED_OBJECTS=1
//#Env:LD_WARN=1
//#Wrap:"$@" 2>err | sed -E "s/0x[0-9a-f]{16}/ADDRESS/; s,[^ 	]*/ld-(luci.so|linux[^ ]*),LOADER,; s,$PWD,DIR,"; sed "s,$PWD,DIR," err
//#Expect:undefined symbol: nosuch	(DIR/liblib.so)
int f(void);

int main(void) { return f(); }
//#File:lib.c
int nosuch(void);
extern int nothing;
int *address = &nothing;
int f(void) { return nosuch(); }
