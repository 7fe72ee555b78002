// The words of LD_DEBUG may be separated by blanks, commas and colons.
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG= files,,reloc:versions 
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh | grep -v "^$"
//#Expect:file=libanswer.so [0];  needed by ./prog [0]
//#Expect:relocation processing: ./prog (lazy)
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
