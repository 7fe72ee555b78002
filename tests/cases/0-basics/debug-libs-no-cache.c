// LD_DEBUG=libs without the cache.
//#By:name
//#Loader:--inhibit-cache
//#Shared:answer.c
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=libs
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect: search path=/lib/x86_64-linux-gnu...
int answer(void);

int main(void) { return answer() - 7; }
//#File:answer.c
int answer(void) { return 7; }
