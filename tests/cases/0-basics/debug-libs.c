// LD_DEBUG=libs tells where each library is looked for, and which constructors run.
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=libs
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:find library=libanswer.so [0]; searching
//#Expect: search path=DIR...
//#Expect: search cache=/etc/ld.so.cache
//#Expect:calling init: DIR/libanswer.so
//#Expect:initialize program: ./prog
//#Expect:transferring control: ./prog
//#Expect:calling fini:  [0]
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
