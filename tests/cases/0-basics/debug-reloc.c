// LD_DEBUG=reloc tells the order of relocation.
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=reloc
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh | grep -v "^$"
//#Expect:relocation processing: DIR/libanswer.so (lazy)
//#Expect:relocation processing: ./prog (lazy)
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
