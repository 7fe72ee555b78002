// LD_DEBUG=versions tells which versions are looked for.
//#Requires:glibc>=2.36
//#Requires:glibc<2.37
//#Copy:tests/normalise.sh
//#Env:LD_DEBUG=versions
//#Wrap:"$@" 2>&1 >/dev/null | sh ./normalise.sh
//#Expect:checking for version `GLIBC_2.34' in file /lib/x86_64-linux-gnu/libc.so.6 [0] required by file ./prog [0]
int main(void) { return 0; }
