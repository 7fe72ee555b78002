// LD_DEBUG=bindings says that a symbol is protected.
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=bindings
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:binding file ./prog [0] to DIR/libanswer.so [0]: normal symbol `value'
int *value(void);

int main(void) { return *value() - 7; }
//#File:answer.c
__attribute__((visibility("protected"))) int answer = 7;
int *value(void) { return &answer; }
