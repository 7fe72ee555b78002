// A dependency whose end is missing: refused, or it runs with what is there; never a signal in the loader.
//#Shared:lib.c
//#Script:size=$(stat -c %s liblib.so); for part in 40 63 64 200 700 1000; do mkdir t$part; head -c $part liblib.so > t$part/liblib.so; done; rm liblib.so
//#Wrap:shift 2; for part in 40 63 64 200 700 1000; do env -i LD_LIBRARY_PATH=t$part "$@" 2> err; echo "$part: $?"; grep -q liblib.so err && echo named; done
//#NoOracle:glibc reads past the end of some of them
//#Expect:40: 127
//#Expect:named
//#Expect:63: 127
//#Expect:named
//#Expect:64: 127
//#Expect:named
//#Expect:200: 127
//#Expect:named
//#Expect:700: 127
//#Expect:named
//#Expect:1000: 127
//#Expect:named
int f(void);

int main(void) { return f(); }
//#Flags:-norpath
//#File:lib.c
int f(void) { return 0; }
