// LD_DEBUG=libs says that the directories came by the option.
//#By:name
//#Loader:--library-path @DIR@/one
//#Shared:one/libanswer.so=answer.c
//#Flags:-norpath
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=libs
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect: search path=DIR/one		(--library-path)
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
