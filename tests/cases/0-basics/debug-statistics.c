// LD_DEBUG=statistics counts relocations.
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=statistics
//#Wrap:"$@" 2>&1 >/dev/null | grep -v "number of relocations: " | sh ./normalise.sh
//#Expect:runtime linker statistics:
//#Expect:  total startup time in dynamic loader: N cycles
//#Expect:        number of relative relocations: ...
//#Expect:final number of relocations from cache: ...
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
