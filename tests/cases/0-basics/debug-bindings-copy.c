// LD_DEBUG=bindings for a copy relocation.
//#NoPie
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=bindings
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:binding file ./prog [0] to DIR/libanswer.so [0]: normal symbol `answer'
extern int answer;

int main(void) { return answer - 7; }
//#File:answer.c
int answer = 7;
int *own(void) { return &answer; }
