// LD_DEBUG=libs names RPATH and the object that has it.
//#Shared:answer.c
//#Flags:-Wl,--disable-new-dtags
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=libs
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:find library=libanswer.so [0]; searching
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
