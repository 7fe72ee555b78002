// LD_DEBUG=symbols tells every object that is looked at.
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=symbols
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:symbol=answer;  lookup in file=./prog [0]
//#Expect:symbol=answer;  lookup in file=DIR/libanswer.so [0]
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
