// LD_DEBUG=bindings tells what each reference is bound to, functions at their first call.
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=bindings
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:transferring control: ./prog
//#Expect:binding file ./prog [0] to DIR/libanswer.so [0]: normal symbol `answer'
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
