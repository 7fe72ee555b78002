// LD_DEBUG=scopes tells what each object searches.
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=scopes
//#Wrap:"$@" 2>&1 >/dev/null | grep -v linux-vdso | sh ./normalise.sh
//#Expect:Initial object scopes
//#Expect:object=./prog [0]
//#Expect: scope 0: ./prog DIR/libanswer.so...
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
