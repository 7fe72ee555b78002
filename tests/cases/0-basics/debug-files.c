// LD_DEBUG=files tells where each file is mapped and who needs it.
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=files
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:file=libanswer.so [0];  needed by ./prog [0]
//#Expect:file=libanswer.so [0];  generating link map
//#Expect:  dynamic: ADDRESS  base: ADDRESS   size: ADDRESS
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
