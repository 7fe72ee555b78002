// LD_DEBUG=libs names LD_LIBRARY_PATH; directories that do not exist are tried once.
//#Shared:one/libanswer.so=answer.c
//#Flags:-norpath
//#Env:LD_LIBRARY_PATH=@DIR@/none:@DIR@/one
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=libs
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect: search path=DIR/none:DIR/one		(LD_LIBRARY_PATH)
//#Expect:  trying file=DIR/one/libanswer.so
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
