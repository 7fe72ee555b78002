// LD_DEBUG=reloc: an object linked with -z now is not bound lazily.
//#Shared:answer.c:-Wl,-z,now
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=reloc
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh | grep -v "^$"
//#Expect:relocation processing: DIR/libanswer.so
//#Expect:relocation processing: ./prog (lazy)
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
