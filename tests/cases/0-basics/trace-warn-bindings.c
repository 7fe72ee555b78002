// LD_DEBUG=bindings without a run: every binding of LD_BIND_NOW.
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Shared:answer.c
//#By:interp
//#Env:LD_TRACE_LOADED_OBJECTS=1
//#Env:LD_WARN=1
//#Env:LD_BIND_NOW=1
//#Env:LD_DEBUG=bindings
//#Wrap:"$@" 2>err | sed -E "s/0x[0-9a-f]{16}/ADDRESS/; s,[^ 	]*/ld-(luci.so|linux[^ ]*),LOADER,; s,$PWD,DIR,"; sh ./normalise.sh < err
//#Expect:binding file ./prog [0] to DIR/libanswer.so [0]: normal symbol `answer'
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
