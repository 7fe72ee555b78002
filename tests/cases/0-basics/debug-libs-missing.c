// LD_DEBUG=libs goes on to the default directories for a library that is nowhere.
//#Shared:answer.c
//#Script:rm libanswer.so
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=libs
//#Wrap:"$@" 2>&1 >/dev/null | grep -v ": error while loading" | sh ./normalise.sh
//#Expect:  trying file=/lib/x86_64-linux-gnu/libanswer.so
//#Expect:  trying file=/usr/lib/libanswer.so
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
