// An empty LD_WARN reports nothing, as ldd sets it.
//#Shared:lib.c
//#Flags:-Wl,--unresolved-symbols=ignore-all
//#Reject:undefined...
//#By:interp
//#Env:LD_TRACE_LOADED_OBJECTS=1
//#Env:LD_WARN=
//#Env:LD_BIND_NOW=
//#Wrap:"$@" 2>err | sed -E "s/0x[0-9a-f]{16}/ADDRESS/; s,[^ 	]*/ld-(luci.so|linux[^ ]*),LOADER,; s,$PWD,DIR,"; sed "s,$PWD,DIR," err
int f(void);

int main(void) { return f(); }
//#File:lib.c
int nosuch(void);
extern int nothing;
int *address = &nothing;
int f(void) { return nosuch(); }
