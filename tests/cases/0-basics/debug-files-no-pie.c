// LD_DEBUG=files for a program at a fixed address.
//#NoPie
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=files
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:file=libanswer.so [0];  needed by ./prog [0]
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
