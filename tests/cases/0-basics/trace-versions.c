// LD_VERBOSE names the object that provides each version (ldd -v).
//#Shared:answer.c
//#By:interp
//#Requires:glibc>=2.34
//#Env:LD_TRACE_LOADED_OBJECTS=1
//#Env:LD_VERBOSE=1
//#Wrap:"$@" 2>err | sed -E "s/0x[0-9a-f]{16}/ADDRESS/; s,[^ 	]*/ld-(luci.so|linux[^ ]*),LOADER,; s,$PWD,DIR,"; sed "s,$PWD,DIR," err
//#Expect:	Version information:
//#Expect:		libc.so.6 (GLIBC_2.34) => ...
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
