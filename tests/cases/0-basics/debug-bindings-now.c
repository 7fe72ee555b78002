// LD_DEBUG=bindings with LD_BIND_NOW: everything is bound before the program runs.
//#Env:LD_BIND_NOW=1
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=bindings
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:binding file ./prog [0] to DIR/libanswer.so [0]: normal symbol `answer'
//#Expect:transferring control: ./prog
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
